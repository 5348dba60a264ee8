"""The inner deadline comes first: its TimeoutError is the outer section's business, which may catch it and go on."""
import asyncio

async def hangs(limit):
    async with asyncio.timeout(limit):
        await asyncio.sleep(10)

async def main():
    outer = asyncio.timeout(10)
    async with outer:
        try:
            await hangs(0.001)
        except TimeoutError:
            print("inner", asyncio.current_task().cancelling())
        await asyncio.sleep(0)
    print("outer", outer.expired())
    try:
        async with asyncio.timeout(10) as scope:
            await hangs(0)
    except TimeoutError:
        print("passed through", scope.expired())

asyncio.run(main())
