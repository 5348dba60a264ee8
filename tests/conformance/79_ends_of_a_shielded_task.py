"""What comes of a shielded task: its error and its own cancel reach who waits; an error after that one has left."""
import asyncio

async def ends(gate, error=None):
    await gate.wait()
    if error: raise error

async def waits(task):
    try:
        await asyncio.shield(task)
    except BaseException as e:
        print("waiter:", type(e).__name__, asyncio.current_task().cancelling())

async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print("handler:", type(context["exception"]).__name__))
    gate = asyncio.Event()
    w = asyncio.create_task(waits(ends(gate, ValueError())))
    await asyncio.sleep(0)
    gate.set()
    await w
    task = asyncio.create_task(asyncio.sleep(10))
    w = asyncio.create_task(waits(task))
    await asyncio.sleep(0)
    task.cancel()
    await w
    gate.clear()
    w = asyncio.create_task(waits(ends(gate, KeyError())))
    for _ in range(3): await asyncio.sleep(0)
    w.cancel()
    await w
    gate.set()
    for _ in range(3): await asyncio.sleep(0)
    print("end")

asyncio.run(main())
