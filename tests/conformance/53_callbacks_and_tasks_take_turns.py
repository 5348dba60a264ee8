"""What is made ready during a turn runs in the next one, callbacks and tasks alike, in the order it was made ready."""
import asyncio

async def task(name, turns):
    for turn in range(turns):
        print(name, turn)
        await asyncio.sleep(0)

async def main():
    loop = asyncio.get_running_loop()
    def chain(left):
        print("callback", left)
        if left: loop.call_soon(chain, left - 1)
    loop.call_soon(chain, 2)
    a = asyncio.create_task(task("a", 3))
    loop.call_soon(print, "between")
    b = asyncio.create_task(task("b", 2))
    called_off = loop.call_soon(print, "called off")
    called_off.cancel()
    print("main", called_off.cancelled())
    await asyncio.wait([a, b])

asyncio.run(main())
