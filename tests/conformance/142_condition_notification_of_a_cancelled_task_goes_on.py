"""A task that was notified, and is cancelled before it has the lock, hands its notification to the next."""
import asyncio

async def waiter(condition, name):
    try:
        async with condition:
            await condition.wait()
            print(name, "notified")
    except asyncio.CancelledError:
        print(name, "cancelled")

async def main():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(waiter(condition, n)) for n in ("first", "second", "third")]
    await asyncio.sleep(0)
    async with condition:
        condition.notify()
        tasks[0].cancel()
    for _ in range(6):
        await asyncio.sleep(0)
    print([t.done() for t in tasks])
    async with condition:
        condition.notify()
    await asyncio.gather(*tasks)
    print(condition.locked())

asyncio.run(main())
