"""A bounded semaphore refuses what would make its permits more than they were; that changes nothing."""
import asyncio

async def main():
    semaphore = asyncio.BoundedSemaphore(2)
    async with semaphore:
        async with semaphore:
            print("both taken", semaphore.locked())
    for _ in range(2):
        try:
            semaphore.release()
        except ValueError:
            print("refused", semaphore.locked())
    await semaphore.acquire()
    waiting = asyncio.create_task(semaphore.acquire())
    await asyncio.sleep(0)
    print("second taken", waiting.done(), semaphore.locked())
    third = asyncio.create_task(semaphore.acquire())
    await asyncio.sleep(0)
    semaphore.release()
    print("third handed", await third, semaphore.locked())
    semaphore.release()
    semaphore.release()
    try:
        semaphore.release()
    except ValueError:
        print("refused again")

asyncio.run(main())
