"""A deadline leaves what is shielded running; its result comes to who waits for it afterwards."""
import asyncio

async def precious(gate):
    try:
        await gate.wait()
        return "value"
    except asyncio.CancelledError:
        print("not reached")

async def main():
    gate = asyncio.Event()
    task = asyncio.create_task(precious(gate))
    try:
        await asyncio.wait_for(asyncio.shield(task), 0.001)
    except TimeoutError:
        print("wait_for", task.done(), task.cancelling())
    try:
        async with asyncio.timeout(0):
            await asyncio.shield(task)
    except TimeoutError:
        print("timeout", task.done(), task.cancelling())
    gate.set()
    print(await asyncio.shield(task), await task)

asyncio.run(main())
