"""A gather that was cancelled ends so, also where all its children answer with values; each request reaches them."""
import asyncio

async def answers(name):
    for request in (1, 2):
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            print(name, request, asyncio.current_task().uncancel())
    return name

async def gathers():
    return await asyncio.gather(answers("a"), answers("b"))

async def main():
    t = asyncio.create_task(gathers())
    for _ in range(2):
        for _ in range(3): await asyncio.sleep(0)
        print(t.cancel(), t.done())
    await asyncio.wait([t])
    print(t.cancelled(), t.cancelling())

asyncio.run(main())
