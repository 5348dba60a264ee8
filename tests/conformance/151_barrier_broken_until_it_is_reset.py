"""abort breaks a barrier for those who wait and those who come; reset sends waiters away and makes it as new."""
import asyncio

async def party(barrier, name):
    try:
        await barrier.wait()
        print(name, "passes")
    except asyncio.BrokenBarrierError:
        print(name, "broken", barrier.broken)

async def main():
    barrier = asyncio.Barrier(2)
    early = asyncio.create_task(party(barrier, "early"))
    await asyncio.sleep(0)
    await barrier.reset()
    await early
    second = asyncio.create_task(party(barrier, "second"))
    await asyncio.sleep(0)
    await barrier.abort()
    await second
    await party(barrier, "late")
    await barrier.abort()
    await barrier.reset()
    print(barrier.broken, barrier.n_waiting)
    await asyncio.gather(party(barrier, "a"), party(barrier, "b"))

asyncio.run(main())
