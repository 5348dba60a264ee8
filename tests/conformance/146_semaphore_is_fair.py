"""Permits go out in the order in which they were asked for: nobody overtakes, also when some waiters are cancelled."""
import asyncio

async def taker(semaphore, name):
    try:
        await semaphore.acquire()
        print(name)
    except asyncio.CancelledError:
        print(name, "cancelled")

async def main():
    semaphore = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(taker(semaphore, n)) for n in "abcdef"]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[3].cancel()
    semaphore.release()
    newcomer = asyncio.create_task(taker(semaphore, "newcomer"))
    await asyncio.sleep(0)
    print("locked for a newcomer", semaphore.locked())
    for _ in range(5):
        semaphore.release()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, newcomer)
    print(semaphore.locked())
    await semaphore.acquire()
    print(semaphore.locked())

asyncio.run(main())
