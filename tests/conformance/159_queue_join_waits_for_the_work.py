"""join waits until task_done was called for each item that was ever put, not until the queue is empty."""
import asyncio

async def joiner(queue):
    await queue.join()
    print("joined")

async def main():
    queue = asyncio.Queue()
    await queue.join()
    print("nothing to wait for")
    queue.put_nowait(1)
    queue.put_nowait(2)
    joiners = [asyncio.create_task(joiner(queue)) for _ in range(2)]
    queue.get_nowait()
    queue.get_nowait()
    queue.task_done()
    await asyncio.sleep(0)
    print("empty", queue.empty(), "joined", joiners[0].done())
    joiners[1].cancel()
    queue.put_nowait(queue.qsize())
    queue.task_done()
    await asyncio.sleep(0)
    print("one more was put", joiners[0].done(), joiners[1].cancelled())
    queue.task_done()
    await joiners[0]
    try:
        queue.task_done()
    except ValueError:
        print("once too often")

asyncio.run(main())
