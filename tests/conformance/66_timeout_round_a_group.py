"""A deadline round a group cancels its tasks; an error that one of them makes of it comes out instead of TimeoutError."""
import asyncio

async def child(fails):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled")
        if fails: raise ValueError("while stopping")
        raise

async def attempt(fails):
    scope = asyncio.timeout(0.001)
    try:
        async with scope:
            async with asyncio.TaskGroup() as group:
                group.create_task(child(fails))
    except TimeoutError:
        print("TimeoutError")
    except ExceptionGroup as g:
        print([str(e) for e in g.exceptions])
    print(scope.expired(), asyncio.current_task().cancelling())
    await asyncio.sleep(0)

async def main():
    await attempt(False)
    await attempt(True)

asyncio.run(main())
