"""as_completed gives the tasks themselves, in the order of their ends, failed and cancelled ones in their place."""
import asyncio

async def ends(gate, value):
    await gate.wait()
    if value == "error": raise ValueError("failed")
    return value

async def main():
    gates = {name: asyncio.Event() for name in ("a", "error", "cancelled", "b")}
    tasks = {name: asyncio.create_task(ends(gate, name)) for name, gate in gates.items()}
    async def opens():
        for name in ("b", "error", "cancelled", "a"):
            for _ in range(4): await asyncio.sleep(0)
            if name == "cancelled": tasks[name].cancel()
            else: gates[name].set()
    opener = asyncio.create_task(opens())
    async for t in asyncio.as_completed(tasks.values()):
        name = next(name for name, task in tasks.items() if task is t)
        try:
            print(name, await t)
        except (ValueError, asyncio.CancelledError) as e:
            print(name, type(e).__name__)
    print(opener.done())

asyncio.run(main())
