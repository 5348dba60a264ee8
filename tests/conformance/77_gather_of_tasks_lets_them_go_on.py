"""The first error comes out of a gather of tasks, and they go on; one that was cancelled counts as an error."""
import asyncio

async def ends(gate, error=None):
    await gate.wait()
    if error: raise error
    return "value"

async def main():
    gate, early = asyncio.Event(), asyncio.Event()
    early.set()
    goes_on = asyncio.create_task(ends(gate))
    fails = asyncio.create_task(ends(early, ValueError("first")))
    try:
        await asyncio.gather(goes_on, fails)
    except ValueError as e:
        print(e, goes_on.done(), goes_on.cancelling())
    cancelled = asyncio.create_task(ends(gate))
    asyncio.get_running_loop().call_soon(cancelled.cancel)
    try:
        await asyncio.gather(goes_on, cancelled)
    except asyncio.CancelledError:
        print("CancelledError", goes_on.done(), asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    gate.set()
    results = await asyncio.gather(goes_on, fails, cancelled, return_exceptions=True)
    print([r if isinstance(r, str) else type(r).__name__ for r in results])

asyncio.run(main())
