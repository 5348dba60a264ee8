"""A get that is cancelled takes no item, a put none in. Both lose their place and nothing else."""
import asyncio

async def getter(queue, name):
    try:
        print(name, "got", await queue.get())
    except asyncio.CancelledError:
        print(name, "cancelled")

async def putter(queue, item):
    try:
        await queue.put(item)
        print("put", item)
    except asyncio.CancelledError:
        print("did not put", item)

async def main():
    queue = asyncio.Queue(1)
    first, second = [asyncio.create_task(getter(queue, n)) for n in ("first", "second")]
    await asyncio.sleep(0)
    first.cancel()
    queue.put_nowait("x")
    await asyncio.gather(first, second)
    queue.put_nowait("full")
    a, b = [asyncio.create_task(putter(queue, n)) for n in ("a", "b")]
    await asyncio.sleep(0)
    a.cancel()
    await a
    print(await queue.get())
    await b
    print(await queue.get(), queue.empty())

asyncio.run(main())
