"""Who waits for a task that somebody else cancels gets the error, has no request of its own, and goes on."""
import asyncio

async def waiter(task):
    try:
        await task
    except asyncio.CancelledError:
        print("caught", asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    return "went on"

async def main():
    task = asyncio.create_task(asyncio.sleep(10))
    w = asyncio.create_task(waiter(task))
    await asyncio.sleep(0)
    task.cancel()
    print(await w, w.cancelled(), task.cancelled())

asyncio.run(main())
