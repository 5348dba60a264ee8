"""Cancelled once, then twice in one turn, a party leaves a barrier each time, and can come again."""
import asyncio

def forgive():
    count = asyncio.current_task().cancelling()
    while asyncio.current_task().uncancel():
        pass
    return count

async def stubborn(barrier):
    for attempt in (1, 2, 3):
        try:
            await barrier.wait()
            print("passes at attempt", attempt)
        except asyncio.CancelledError:
            print("attempt", attempt, "cancelled", forgive(), "waiting", barrier.n_waiting)

async def main():
    barrier = asyncio.Barrier(2)
    task = asyncio.create_task(stubborn(barrier))
    await asyncio.sleep(0)
    print("waiting", barrier.n_waiting)
    print(task.cancel())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("waiting", barrier.n_waiting)
    print(task.cancel(), task.cancel(), barrier.n_waiting)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("waiting", barrier.n_waiting)
    await barrier.wait()
    await task
    print("waiting", barrier.n_waiting, "broken", barrier.broken)

asyncio.run(main())
