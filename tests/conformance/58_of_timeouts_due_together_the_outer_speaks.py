"""Two deadlines at the same moment: both have expired, the outer one raises."""
import asyncio

async def main():
    when = asyncio.get_running_loop().time()
    outer, inner = asyncio.timeout_at(when), asyncio.timeout_at(when)
    try:
        async with outer:
            try:
                async with inner:
                    await asyncio.sleep(10)
            except BaseException as e:
                print("inner", type(e).__name__, inner.expired())
                raise
    except BaseException as e:
        print("outer", type(e).__name__, outer.expired())
    print(asyncio.current_task().cancelling())
    await asyncio.sleep(0)

asyncio.run(main())
