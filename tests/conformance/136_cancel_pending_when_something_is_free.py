"""A task that has cancelled itself takes what is free, and is stopped where it first has to wait."""
import asyncio

async def task_body():
    lock = asyncio.Lock()
    asyncio.current_task().cancel()
    try:
        await lock.acquire()
        print("took the lock")
        await asyncio.sleep(0)
        print("never")
    except asyncio.CancelledError:
        print("cancelled", lock.locked(), asyncio.current_task().cancelling())
        raise

async def main():
    task = asyncio.create_task(task_body())
    await asyncio.wait([task])
    print(task.cancelled())

asyncio.run(main())
