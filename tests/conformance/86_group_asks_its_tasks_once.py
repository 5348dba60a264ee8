"""Cancelling a group's owner again while its tasks stop does not reach them again, and all are waited for."""
import asyncio

async def child(gate):
    me = asyncio.current_task()
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("asked", me.cancelling())
        me.uncancel()
    await gate.wait()
    print("stopped", me.cancelling())

async def owner(gate):
    async with asyncio.TaskGroup() as group:
        group.create_task(child(gate))

async def main():
    gate = asyncio.Event()
    t = asyncio.create_task(owner(gate))
    for _ in range(3):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        print(t.cancel(), t.cancelling(), t.done())
    gate.set()
    await asyncio.wait([t])
    print(t.cancelled(), t.cancelling())

asyncio.run(main())
