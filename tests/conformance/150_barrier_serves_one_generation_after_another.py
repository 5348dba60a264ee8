"""A barrier is ready for the next round once all have passed; each wait gives the place in the order of arrival."""
import asyncio

async def party(barrier, name, log):
    for generation in range(3):
        place = await barrier.wait()
        log.append((generation, place, name))

async def main():
    barrier = asyncio.Barrier(3)
    log = []
    await asyncio.gather(*(party(barrier, n, log) for n in "abc"))
    for generation in range(3):
        places = sorted(place for g, place, _ in log if g == generation)
        print("generation", generation, places)
    print("no overtaking", [g for g, _, _ in log])
    print(barrier.n_waiting, barrier.broken)
    try:
        asyncio.Barrier(0)
    except ValueError:
        print("nobody is no party")

asyncio.run(main())
