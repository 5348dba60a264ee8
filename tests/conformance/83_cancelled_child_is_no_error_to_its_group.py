"""A child that somebody cancels does not stop its group; a body's error stands with those of the children."""
import asyncio

async def child(gate, name):
    try:
        await gate.wait()
        print(name, "ended")
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise

async def fails_on_cancel():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise ValueError("child") from None

async def main():
    gate = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        a = group.create_task(child(gate, "a"))
        group.create_task(child(gate, "b"))
        await asyncio.sleep(0)
        a.cancel()
        await asyncio.sleep(0)
        gate.set()
    print("group ended", a.cancelled())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails_on_cancel())
            await asyncio.sleep(0)
            raise KeyError("body")
    except ExceptionGroup as g:
        print([type(e).__name__ for e in g.exceptions])
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(child(asyncio.Event(), "c"))
            await asyncio.sleep(0)
            raise asyncio.CancelledError
    except asyncio.CancelledError:
        print("body's cancel", asyncio.current_task().cancelling())

asyncio.run(main())
