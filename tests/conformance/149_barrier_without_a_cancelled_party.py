"""A party that is cancelled just leaves: the barrier is not broken, and one more must come."""
import asyncio

async def party(barrier, name):
    try:
        await barrier.wait()
        print(name, "passes")
    except asyncio.CancelledError:
        print(name, "cancelled", barrier.n_waiting, barrier.broken)

async def main():
    barrier = asyncio.Barrier(3)
    tasks = [asyncio.create_task(party(barrier, n)) for n in ("a", "b")]
    await asyncio.sleep(0)
    print("waiting", barrier.n_waiting, "of", barrier.parties)
    tasks[0].cancel()
    await tasks[0]
    print("waiting", barrier.n_waiting)
    try:
        await asyncio.wait_for(barrier.wait(), 0.001)
    except TimeoutError:
        print("a time-out leaves too", barrier.n_waiting)
    await asyncio.gather(tasks[1], party(barrier, "c"), party(barrier, "d"))
    print(barrier.n_waiting, barrier.broken)

asyncio.run(main())
