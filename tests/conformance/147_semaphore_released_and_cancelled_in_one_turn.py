"""A permit that is handed to a task which is cancelled in the same turn is not lost."""
import asyncio

async def user(semaphore, name):
    try:
        async with semaphore:
            print(name, "in")
            await asyncio.sleep(0)
            print(name, "out")
    except asyncio.CancelledError:
        print(name, "cancelled")

async def main():
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    tasks = [asyncio.create_task(user(semaphore, name)) for name in ("first", "second")]
    await asyncio.sleep(0)
    semaphore.release()
    tasks[0].cancel()
    await asyncio.wait(tasks)
    print(semaphore.locked())
    await semaphore.acquire()
    print(semaphore.locked())

asyncio.run(main())
