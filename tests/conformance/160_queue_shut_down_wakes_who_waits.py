"""shutdown wakes all who wait for an item or for room with an error; what is in the queue can still be taken."""
import asyncio

async def getter(queue, name):
    try:
        print(name, await queue.get())
    except asyncio.QueueShutDown:
        print(name, "shut down")

async def putter(queue, item):
    try:
        await queue.put(item)
    except asyncio.QueueShutDown:
        print("no", item, "any more")

async def main():
    queue = asyncio.Queue(1)
    getters = [asyncio.create_task(getter(queue, f"getter {i}")) for i in range(2)]
    await asyncio.sleep(0)
    queue.shutdown()
    await asyncio.gather(*getters)

    queue = asyncio.Queue(1)
    queue.put_nowait("left over")
    putters = [asyncio.create_task(putter(queue, n)) for n in ("a", "b")]
    await asyncio.sleep(0)
    queue.shutdown()
    queue.shutdown()
    await asyncio.gather(*putters)
    print(queue.qsize(), queue.full())
    await getter(queue, "takes")
    await getter(queue, "then")
    try:
        queue.get_nowait()
    except asyncio.QueueShutDown:
        print("not even at once")
    queue.task_done()
    await queue.join()

asyncio.run(main())
