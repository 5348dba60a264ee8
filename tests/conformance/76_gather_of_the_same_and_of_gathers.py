"""A task may stand in a gather twice, a gather in another; each gives its values in their places."""
import asyncio

async def value(name):
    print("runs", name)
    await asyncio.sleep(0)
    return name

async def hangs(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled", name)
        raise

async def main():
    task = asyncio.create_task(value("task"))
    print(await asyncio.gather(task, value("other"), task))
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, 3)
    print(await asyncio.gather(future, future))
    print(await asyncio.gather())
    first, rest = await asyncio.gather(value("a"), asyncio.gather(value("b"), value("c")))
    print(first, rest)
    async def nested():
        await asyncio.gather(hangs("a"), asyncio.gather(hangs("b"), hangs("c")), hangs("d"))
    t = asyncio.create_task(nested())
    for _ in range(3): await asyncio.sleep(0)
    t.cancel()
    await asyncio.wait([t])
    print(t.cancelled())

asyncio.run(main())
