"""The lowest item comes out first; of pairs with the same priority the lower second part does, whenever it was put."""
import asyncio

async def main():
    queue = asyncio.PriorityQueue()
    for pair in [(2, "b"), (1, "z"), (2, "a"), (1, "y"), (3, "c"), (1, "x")]:
        await queue.put(pair)
    for _ in range(3):
        priority, name = await queue.get()
        print(priority, name)
    queue.put_nowait((0, "urgent"))
    queue.put_nowait((2, "a"))
    while not queue.empty():
        priority, name = queue.get_nowait()
        print(priority, name)

    async def getter():
        priority, name = await queue.get()
        print("waited for", priority, name)
    task = asyncio.create_task(getter())
    await asyncio.sleep(0)
    queue.put_nowait((9, "first to come"))
    await task

asyncio.run(main())
