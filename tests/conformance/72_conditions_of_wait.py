"""wait: the first that is done, the first that failed, or all; a cancelled task is done, but has not failed."""
import asyncio

async def ends(gate, error=None):
    await gate.wait()
    if error: raise error

async def settle():
    for _ in range(4): await asyncio.sleep(0)

async def main():
    gates = [asyncio.Event() for _ in range(4)]
    async def attempt(condition):
        for gate in gates: gate.clear()
        tasks = [asyncio.create_task(ends(gate, error)) for gate, error in zip(gates, [None, None, ValueError(), None])]
        waits = asyncio.create_task(asyncio.wait(tasks, return_when=condition))
        for step in range(4):
            await settle()
            print(step, waits.done())
            if step == 0: tasks[0].cancel()
            else: gates[step].set()
        done, pending = await waits
        print([t in done for t in tasks], [t in pending for t in tasks])
        await asyncio.gather(*tasks, return_exceptions=True)
    await attempt(asyncio.FIRST_COMPLETED)
    await attempt(asyncio.FIRST_EXCEPTION)
    await attempt(asyncio.ALL_COMPLETED)

asyncio.run(main())
