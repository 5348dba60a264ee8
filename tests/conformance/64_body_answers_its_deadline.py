"""A body that answers its deadline with a value or with an error of its own has its way; no request is left over."""
import asyncio

async def body(how):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        if how == "error":
            raise ValueError("own error")
        return "own value"

async def main():
    for how in ("value", "error"):
        scope = asyncio.timeout(0)
        try:
            async with scope:
                print(await body(how))
        except ValueError as e:
            print(e)
        print(scope.expired(), asyncio.current_task().cancelling())
        await asyncio.sleep(0)

asyncio.run(main())
