"""wait_for asks its predicate at once and after each notification, with the lock held, and gives what it gave."""
import asyncio

async def main():
    condition = asyncio.Condition()
    count = 0

    def predicate():
        print("asked at", count, condition.locked())
        return count if count >= 3 else 0

    async def waiter():
        async with condition:
            return await condition.wait_for(predicate)

    task = asyncio.create_task(waiter())
    await asyncio.sleep(0)
    while not task.done():
        async with condition:
            count += 1
            condition.notify_all()
        for _ in range(4):
            await asyncio.sleep(0)
    print("gave", await task)
    async with condition:
        print("at once", await condition.wait_for(predicate))

    def fails():
        raise ValueError("from the predicate")
    try:
        async with condition:
            await condition.wait_for(fails)
    except ValueError as error:
        print(error, condition.locked())

asyncio.run(main())
