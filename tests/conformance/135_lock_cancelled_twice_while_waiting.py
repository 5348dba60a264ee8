"""A task that answers a cancel by waiting again keeps no place of its first wait; a second cancel ends the second."""
import asyncio

async def stubborn(lock):
    for attempt in (1, 2):
        try:
            async with lock:
                print("in")
        except asyncio.CancelledError:
            print("attempt", attempt, "cancelled", asyncio.current_task().cancelling())
            asyncio.current_task().uncancel()
    return "gave up"

async def polite(lock):
    async with lock:
        print("polite in")

async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    task = asyncio.create_task(stubborn(lock))
    await asyncio.sleep(0)
    other = asyncio.create_task(polite(lock))
    await asyncio.sleep(0)
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
    print(await task)
    lock.release()
    await other
    print(lock.locked())

asyncio.run(main())
