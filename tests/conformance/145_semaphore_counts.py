"""A semaphore's permits may grow beyond those it began with; locked says whether one more would have to wait."""
import asyncio

async def main():
    semaphore = asyncio.Semaphore(2)
    states = [semaphore.locked()]
    for _ in range(2):
        await semaphore.acquire()
        states.append(semaphore.locked())
    print(states)
    for _ in range(3):
        semaphore.release()
    for _ in range(3):
        await semaphore.acquire()
    print("three permits", semaphore.locked())
    for make in (asyncio.Semaphore, asyncio.BoundedSemaphore):
        try:
            make(-1)
        except ValueError:
            print("negative")
    print(asyncio.Semaphore().locked(), asyncio.Semaphore(0).locked())
    try:
        await asyncio.wait_for(semaphore.acquire(), 0.001)
    except TimeoutError:
        print("timed out", semaphore.locked())
    semaphore.release()
    await asyncio.wait_for(semaphore.acquire(), 1)
    print(semaphore.locked())

asyncio.run(main())
