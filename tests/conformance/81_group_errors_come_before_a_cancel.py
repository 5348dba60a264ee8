"""A group that is cancelled and then fails raises its errors; the cancel comes out of the next await."""
import asyncio

async def fails_on_cancel():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise ValueError("while stopping") from None

async def owner():
    me = asyncio.current_task()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails_on_cancel())
    except ExceptionGroup as g:
        print([str(e) for e in g.exceptions], me.cancelling())
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        print("cancelled at the next await", me.cancelling())
        raise

async def main():
    t = asyncio.create_task(owner())
    for _ in range(2): await asyncio.sleep(0)
    t.cancel()
    await asyncio.wait([t])
    print(t.cancelled())

asyncio.run(main())
