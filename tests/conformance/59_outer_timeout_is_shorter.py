"""The outer deadline comes first: to the inner section it is a cancel like any other, and its own has not expired."""
import asyncio

async def main():
    outer, inner = asyncio.timeout(0.001), asyncio.timeout(10)
    try:
        async with outer:
            try:
                async with inner:
                    await asyncio.sleep(10)
            except BaseException as e:
                print("inner", type(e).__name__, inner.expired(), asyncio.current_task().cancelling())
                raise
    except TimeoutError:
        print("outer", outer.expired(), asyncio.current_task().cancelling())

asyncio.run(main())
