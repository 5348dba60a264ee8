"""Room that is made for a task which is cancelled in the same turn goes to the next."""
import asyncio

async def putter(queue, item):
    try:
        await queue.put(item)
        print("put", item)
        await asyncio.sleep(0)
        print("done", item)
    except asyncio.CancelledError:
        print("cancelled", item)

async def main():
    queue = asyncio.Queue(1)
    queue.put_nowait("x")
    tasks = [asyncio.create_task(putter(queue, n)) for n in ("a", "b")]
    await asyncio.sleep(0)
    print(queue.get_nowait())
    tasks[0].cancel()
    await tasks[0]
    while not tasks[1].done() or not queue.empty():
        print(await queue.get())
        await asyncio.sleep(0)
    print(queue.empty())

asyncio.run(main())
