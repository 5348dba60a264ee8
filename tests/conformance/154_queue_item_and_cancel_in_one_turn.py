"""An item that is put for a task which is cancelled in the same turn is not lost."""
import asyncio

async def getter(queue, name):
    try:
        print(name, "got", await queue.get())
        await asyncio.sleep(0)
        print(name, "done")
    except asyncio.CancelledError:
        print(name, "cancelled")

async def main():
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(queue, n)) for n in ("first", "second")]
    await asyncio.sleep(0)
    queue.put_nowait("x")
    tasks[0].cancel()
    await tasks[0]
    queue.put_nowait("y")
    await tasks[1]
    print([queue.get_nowait() for _ in range(queue.qsize())])

asyncio.run(main())
