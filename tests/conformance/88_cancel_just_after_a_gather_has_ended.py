"""A cancel that comes when every child of a gather has ended, but who waits for it has not had its turn."""
import asyncio

async def gathers(*futures):
    try:
        print("got", await asyncio.gather(*futures))
    except asyncio.CancelledError:
        print("results lost")
        raise
    await asyncio.sleep(0)
    print("not reached")

async def main():
    loop = asyncio.get_running_loop()
    one, two = loop.create_future(), loop.create_future()
    t = asyncio.create_task(gathers(one, two))
    for _ in range(2): await asyncio.sleep(0)
    one.set_result(1)
    two.set_result(2)
    await asyncio.sleep(0)
    print(t.cancel(), t.done())
    await asyncio.wait([t])
    print(t.cancelled())

asyncio.run(main())
