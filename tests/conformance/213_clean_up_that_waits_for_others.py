"""A cancelled task's clean-up takes a lock, puts into a full queue and waits for an event, like any other code."""
import asyncio

async def main():
    lock = asyncio.Lock()
    queue = asyncio.Queue(1)
    event = asyncio.Event()
    queue.put_nowait("before")
    await lock.acquire()

    async def works():
        try:
            await asyncio.sleep(10)
        finally:
            print("cleans up")
            async with lock:
                print("has the lock")
            await queue.put("last words")
            print("has put")
            await event.wait()
            print("has heard")

    task = asyncio.create_task(works())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0.01)
    print("releases")
    lock.release()
    await asyncio.sleep(0.01)
    print("takes", await queue.get())
    await asyncio.sleep(0.01)
    print("takes", await queue.get())
    event.set()
    await asyncio.wait([task])
    print("cancelled:", task.cancelled())

asyncio.run(main())
