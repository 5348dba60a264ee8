"""qsize, empty, full, maxsize; put_nowait and get_nowait fail at the limits; without one it is never full."""
import asyncio

def state(queue):
    return [queue.qsize(), queue.maxsize, queue.empty(), queue.full()]

async def main():
    for kind in (asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue):
        queue = kind(2)
        print(state(queue))
        queue.put_nowait(7)
        print(state(queue))
        queue.put_nowait(8)
        print(state(queue))
        try:
            queue.put_nowait(9)
        except asyncio.QueueFull:
            print("QueueFull", queue.qsize())
        print(queue.get_nowait(), queue.get_nowait())
        try:
            queue.get_nowait()
        except asyncio.QueueEmpty:
            print("QueueEmpty")
    unlimited = asyncio.Queue()
    for i in range(100):
        unlimited.put_nowait(i)
    print(state(unlimited))

asyncio.run(main())
