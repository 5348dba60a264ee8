"""In a full queue of any kind a put waits; its item takes the place that is due to it by the queue's kind."""
import asyncio

async def putter(queue, items):
    for item in items:
        await queue.put(item)

async def main():
    for kind in (asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue):
        queue = kind(2)
        task = asyncio.create_task(putter(queue, [5, 3, 4, 1, 2]))
        await asyncio.sleep(0)
        taken = []
        while len(taken) < 5:
            taken.append(await queue.get())
            await asyncio.sleep(0)
        print(taken, task.done())
        await task

asyncio.run(main())
