"""A cancel comes out of a condition's wait only when the lock is held again."""
import asyncio

async def waiter(condition):
    async with condition:
        try:
            await condition.wait()
        except asyncio.CancelledError:
            print("cancelled, lock held", condition.locked())
            raise

async def main():
    condition = asyncio.Condition()
    task = asyncio.create_task(waiter(condition))
    await asyncio.sleep(0)
    print("given up meanwhile", condition.locked())
    await condition.acquire()
    task.cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    print("still waits for the lock", task.done())
    print(task.cancel())
    await asyncio.sleep(0)
    print("also when cancelled twice", task.done())
    condition.release()
    await asyncio.wait([task])
    print(task.cancelled(), condition.locked())

asyncio.run(main())
