"""Cancelled once, then twice in one turn, a getter loses its place each time, and the queue no item."""
import asyncio

def forgive():
    count = asyncio.current_task().cancelling()
    while asyncio.current_task().uncancel():
        pass
    return count

async def stubborn(queue):
    for attempt in (1, 2, 3):
        try:
            print("stubborn got", await queue.get(), "at attempt", attempt)
        except asyncio.CancelledError:
            print("attempt", attempt, "cancelled", forgive())

async def polite(queue):
    print("polite got", await queue.get())

async def main():
    queue = asyncio.Queue()
    task = asyncio.create_task(stubborn(queue))
    await asyncio.sleep(0)
    other = asyncio.create_task(polite(queue))
    await asyncio.sleep(0)
    print(task.cancel())
    await asyncio.sleep(0)
    print(task.cancel(), task.cancel(), task.cancelling())
    await asyncio.sleep(0)
    for item in ("a", "b", "c"):
        queue.put_nowait(item)
    await asyncio.gather(task, other)
    print(queue.qsize(), queue.get_nowait())

asyncio.run(main())
