"""A cancel goes from the task that waits to the one it waits for, down to the last, and comes back up."""
import asyncio

async def last():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("last", asyncio.current_task().cancelling())
        raise

async def waits_for(name, task):
    try:
        await task
    except asyncio.CancelledError:
        print(name, asyncio.current_task().cancelling(), task.cancelled())
        raise

async def main():
    c = asyncio.create_task(last())
    b = asyncio.create_task(waits_for("middle", c))
    a = asyncio.create_task(waits_for("first", b))
    await asyncio.sleep(0)
    print(a.cancel(), b.cancelling(), c.cancelling())
    await asyncio.wait([a])
    print(a.cancelled(), b.cancelled(), c.cancelled())

asyncio.run(main())
