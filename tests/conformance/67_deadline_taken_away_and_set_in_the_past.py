"""A deadline can be moved by others while the section waits: away, and into the past, where it fires from the loop."""
import asyncio

async def section(scope):
    try:
        async with scope:
            await asyncio.sleep(10)
    except TimeoutError:
        print("TimeoutError", scope.expired())

async def main():
    loop = asyncio.get_running_loop()
    scope = asyncio.timeout(0.001)
    t = asyncio.create_task(section(scope))
    await asyncio.sleep(0)
    scope.reschedule(None)
    await asyncio.sleep(0.003)
    print(scope.when(), scope.expired(), t.done())
    scope.reschedule(loop.time() - 1)
    print(scope.expired())
    await t

asyncio.run(main())
