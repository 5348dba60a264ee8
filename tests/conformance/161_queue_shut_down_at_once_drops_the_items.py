"""shutdown(immediate=True) drops what is left and counts it as done; what was taken, join still waits for."""
import asyncio

async def joiner(queue):
    await queue.join()
    print("joined")

async def main():
    queue = asyncio.Queue()
    for i in range(3):
        queue.put_nowait(i)
    join = asyncio.create_task(joiner(queue))
    await asyncio.sleep(0)
    print("at work on", queue.get_nowait())
    queue.shutdown(immediate=True)
    print(queue.qsize(), queue.empty())
    try:
        await queue.get()
    except asyncio.QueueShutDown:
        print("nothing left")
    try:
        await queue.put(4)
    except asyncio.QueueShutDown:
        print("nothing goes in")
    await asyncio.sleep(0)
    print("joined early", join.done())
    queue.task_done()
    await join
    try:
        queue.task_done()
    except ValueError:
        print("all were done")

asyncio.run(main())
