"""Cancelling one of two waiters cancels the task they wait for, so the other one sees it too; shield spares both."""
import asyncio

async def waiter(name, awaited):
    try:
        await awaited
    except asyncio.CancelledError:
        print(name, "sees a cancel, of its own:", asyncio.current_task().cancelling())

async def shields(name, awaited):
    await waiter(name, asyncio.shield(awaited))

async def main():
    task = asyncio.create_task(asyncio.sleep(10))
    one = asyncio.create_task(waiter("one", task))
    two = asyncio.create_task(waiter("two", task))
    await asyncio.sleep(0)
    one.cancel()
    await asyncio.wait([one, two])
    print(task.cancelled())
    task = asyncio.create_task(asyncio.sleep(10))
    three = asyncio.create_task(shields("three", task))
    four = asyncio.create_task(waiter("four", task))
    await asyncio.sleep(0)
    three.cancel()
    await asyncio.wait([three])
    print(task.done(), four.done())

asyncio.run(main())
