"""A task may cancel itself: its next await raises; a request taken back before that does nothing."""
import asyncio

async def takes_it_back():
    me = asyncio.current_task()
    print(me.cancel(), me.uncancel())
    await asyncio.sleep(0)
    return "went on"

async def lets_it_come():
    asyncio.current_task().cancel()
    print("still here")
    await asyncio.sleep(0)
    print("not reached")

async def main():
    print(await asyncio.create_task(takes_it_back()))
    t = asyncio.create_task(lets_it_come())
    try:
        await t
    except asyncio.CancelledError:
        print(t.cancelled(), t.cancelling(), asyncio.current_task().cancelling())

asyncio.run(main())
