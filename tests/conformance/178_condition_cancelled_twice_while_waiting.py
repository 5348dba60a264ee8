"""Cancelled once, then twice in one turn, a task has its condition's lock each time, and can still be notified."""
import asyncio

def forgive():
    count = asyncio.current_task().cancelling()
    while asyncio.current_task().uncancel():
        pass
    return count

async def stubborn(condition):
    async with condition:
        for attempt in (1, 2, 3):
            try:
                await condition.wait()
                print("notified at attempt", attempt)
            except asyncio.CancelledError:
                print("attempt", attempt, "cancelled", forgive(), "lock held", condition.locked())

async def twice_for_the_lock(condition):
    async with condition:
        try:
            await condition.wait()
        except asyncio.CancelledError:
            print("came back with", forgive())

async def main():
    condition = asyncio.Condition()
    task = asyncio.create_task(stubborn(condition))
    await asyncio.sleep(0)
    print(task.cancel())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(task.cancel(), task.cancel(), condition.locked())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    async with condition:
        condition.notify()
    await task
    other = asyncio.create_task(twice_for_the_lock(condition))
    await asyncio.sleep(0)
    await condition.acquire()
    for _ in range(2):
        other.cancel()
        await asyncio.sleep(0)
    print("waits for the lock", not other.done())
    condition.release()
    await other
    print(condition.locked())

asyncio.run(main())
