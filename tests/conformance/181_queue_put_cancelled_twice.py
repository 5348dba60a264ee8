"""Cancelled once, then twice in one turn, a putter has put nothing in, and at last its item once."""
import asyncio

def forgive():
    count = asyncio.current_task().cancelling()
    while asyncio.current_task().uncancel():
        pass
    return count

async def stubborn(queue):
    for attempt in (1, 2, 3):
        try:
            await queue.put(f"of attempt {attempt}")
            print("stubborn put at attempt", attempt)
        except asyncio.CancelledError:
            print("attempt", attempt, "cancelled", forgive())

async def polite(queue):
    await queue.put("of polite")
    print("polite put")

async def main():
    queue = asyncio.Queue(1)
    queue.put_nowait("first")
    task = asyncio.create_task(stubborn(queue))
    await asyncio.sleep(0)
    other = asyncio.create_task(polite(queue))
    await asyncio.sleep(0)
    print(task.cancel())
    await asyncio.sleep(0)
    print(task.cancel(), task.cancel(), task.cancelling())
    await asyncio.sleep(0)
    got = [queue.get_nowait()]
    await asyncio.sleep(0)
    got.append(await queue.get())
    await asyncio.gather(task, other)
    got.append(await queue.get())
    print(got, queue.empty())

asyncio.run(main())
