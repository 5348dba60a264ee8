"""Getters and putters that wait are served in the order in which they came."""
import asyncio

async def getter(queue, name):
    print(name, "got", await queue.get())

async def putter(queue, item):
    await queue.put(item)
    print("put", item)

async def main():
    queue = asyncio.Queue(1)
    getters = [asyncio.create_task(getter(queue, n)) for n in "abc"]
    await asyncio.sleep(0)
    for item in range(3):
        await queue.put(item)
        await asyncio.sleep(0)
    await asyncio.gather(*getters)
    putters = [asyncio.create_task(putter(queue, i)) for i in range(4)]
    await asyncio.sleep(0)
    print("full", queue.full(), "size", queue.qsize())
    taken = []
    while len(taken) < 4:
        taken.append(await queue.get())
        await asyncio.sleep(0)
    await asyncio.gather(*putters)
    print(taken, queue.empty())

asyncio.run(main())
