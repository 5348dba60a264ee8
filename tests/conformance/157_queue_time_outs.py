"""A time-out ends the wait for an item, for room and for the items to be done; the queue is as it was."""
import asyncio

async def main():
    queue = asyncio.Queue(1)
    try:
        await asyncio.wait_for(queue.get(), 0.001)
    except TimeoutError:
        print("no item", queue.qsize())
    queue.put_nowait("only")
    try:
        async with asyncio.timeout(0.001):
            await queue.put("too many")
    except TimeoutError:
        print("no room", queue.qsize())
    try:
        await asyncio.wait_for(queue.join(), 0.001)
    except TimeoutError:
        print("not done")
    print(await asyncio.wait_for(queue.get(), 1))
    queue.task_done()
    await asyncio.wait_for(queue.join(), 1)
    print("done", queue.empty())

asyncio.run(main())
