"""A deadline round a gather cancels every child; errors they make of it are not lost."""
import asyncio

async def child(name, fails=False):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "cancelled")
        if fails: raise ValueError(name)
        raise

async def attempt(*children, return_exceptions=False):
    try:
        async with asyncio.timeout(0.001):
            await asyncio.gather(*children, return_exceptions=return_exceptions)
    except Exception as e:
        print(type(e).__name__, asyncio.current_task().cancelling())

async def main():
    await attempt(child("a"), child("b"))
    await attempt(child("c"), child("d"), return_exceptions=True)
    await attempt(child("e", fails=True), child("f"))

asyncio.run(main())
