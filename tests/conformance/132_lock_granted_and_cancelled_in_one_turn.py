"""A lock that is handed to a task which is cancelled in the same turn goes on to the next."""
import asyncio

async def user(lock, name):
    try:
        async with lock:
            print(name, "in")
            await asyncio.sleep(0)
            print(name, "out")
    except asyncio.CancelledError:
        print(name, "cancelled")

async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(user(lock, name)) for name in ("first", "second")]
    await asyncio.sleep(0)
    lock.release()
    tasks[0].cancel()
    await asyncio.wait(tasks)
    print("locked", lock.locked())

asyncio.run(main())
