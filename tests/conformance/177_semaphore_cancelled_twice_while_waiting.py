"""Cancelled once, then twice in one turn: each time a task loses its place at a semaphore, and no permit."""
import asyncio

def forgive():
    count = asyncio.current_task().cancelling()
    while asyncio.current_task().uncancel():
        pass
    return count

async def stubborn(semaphore):
    for attempt in (1, 2, 3):
        try:
            async with semaphore:
                print("stubborn in at attempt", attempt)
        except asyncio.CancelledError:
            print("attempt", attempt, "cancelled", forgive())

async def polite(semaphore):
    async with semaphore:
        print("polite in")

async def main():
    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    task = asyncio.create_task(stubborn(semaphore))
    await asyncio.sleep(0)
    other = asyncio.create_task(polite(semaphore))
    await asyncio.sleep(0)
    print(task.cancel())
    await asyncio.sleep(0)
    print(task.cancel(), task.cancel(), task.cancelling())
    await asyncio.sleep(0)
    semaphore.release()
    await asyncio.gather(task, other)
    await semaphore.acquire()
    print(semaphore.locked())

asyncio.run(main())
