"""Whoever gives up waiting for a lock by a time-out loses its place and nothing else."""
import asyncio

async def patient(lock):
    async with lock:
        print("patient in")

async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    try:
        await asyncio.wait_for(lock.acquire(), 0)
    except TimeoutError:
        print("no time at all")
    waiting = asyncio.create_task(patient(lock))
    try:
        async with asyncio.timeout(0.001):
            async with lock:
                print("never")
    except TimeoutError:
        print("gave up", lock.locked())
    lock.release()
    await waiting
    print(lock.locked())
    await asyncio.wait_for(lock.acquire(), 1)
    print(lock.locked())

asyncio.run(main())
