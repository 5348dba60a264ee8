"""With the place that wait gives, one of the parties can be chosen; who comes last goes on at once."""
import asyncio

async def worker(barrier, name):
    print(name, "arrives")
    place = await barrier.wait()
    print(name, "is", place, "the leader" if place == 0 else "one of the rest")

async def main():
    barrier = asyncio.Barrier(3)
    tasks = [asyncio.create_task(worker(barrier, n)) for n in ("first", "second", "third")]
    await asyncio.gather(*tasks)
    print(barrier.n_waiting)

asyncio.run(main())
