"""as_completed with a limit gives what ended in time, then raises for the rest, which runs on."""
import asyncio

async def ends(gate, value):
    await gate.wait()
    return value

async def main():
    gate = asyncio.Event()
    open_gate = asyncio.Event()
    open_gate.set()
    slow = asyncio.create_task(ends(gate, "slow"))
    tasks = [slow, asyncio.create_task(ends(open_gate, "quick"))]
    for next_done in asyncio.as_completed(tasks, timeout=0.001):
        try:
            print(await next_done)
        except TimeoutError:
            print("TimeoutError", slow.done(), slow.cancelling())
    async def draws():
        async for t in asyncio.as_completed([slow]):
            await t
    d = asyncio.create_task(draws())
    await asyncio.sleep(0)
    d.cancel()
    await asyncio.wait([d])
    print(d.cancelled(), slow.done())
    gate.set()
    print(await slow)

asyncio.run(main())
