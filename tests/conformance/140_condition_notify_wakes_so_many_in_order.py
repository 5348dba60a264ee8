"""notify(n) wakes the n that have waited longest, notify_all the rest; more than there are is no error."""
import asyncio

async def waiter(condition, name):
    async with condition:
        print(name, await condition.wait(), condition.locked())

async def main():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(waiter(condition, i)) for i in range(6)]
    await asyncio.sleep(0)
    for n in (0, 1, 2):
        async with condition:
            condition.notify(n)
            print("notified", n)
        for _ in range(5):
            await asyncio.sleep(0)
        print("done", [t.done() for t in tasks].count(True))
    async with condition:
        condition.notify(100)
    await asyncio.gather(*tasks)
    async with condition:
        condition.notify()
        condition.notify_all()
    print(condition.locked())

asyncio.run(main())
