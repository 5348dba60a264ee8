"""A deadline that has passed and a cancel from outside in the same moment: the cancel wins."""
import asyncio

async def worker(scope):
    try:
        async with scope:
            await asyncio.sleep(10)
    except BaseException as e:
        print(type(e).__name__, scope.expired(), asyncio.current_task().cancelling())
        raise

async def main():
    scope = asyncio.timeout(None)
    t = asyncio.create_task(worker(scope))
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    loop.call_soon(t.cancel)
    scope.reschedule(loop.time() - 1)
    await asyncio.wait([t])
    print(t.cancelled(), scope.expired())

asyncio.run(main())
