"""A limit of zero or less lets the section run to where it first waits; one that never waits is unharmed."""
import asyncio

async def section(limit, waits):
    scope = asyncio.timeout(limit)
    try:
        async with scope:
            print("begins")
            if waits:
                await asyncio.sleep(10)
        print("ended", scope.expired())
    except TimeoutError:
        print("TimeoutError", scope.expired())

async def main():
    for limit in (0, -1):
        await section(limit, True)
        await section(limit, False)
    await asyncio.sleep(0)
    print(asyncio.current_task().cancelling())

asyncio.run(main())
