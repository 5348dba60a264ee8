"""Two requests while a task waits for an event, or for a queue's last item: it raises once, and both are to be taken back."""
import asyncio

async def waits(name, wait):
    task = asyncio.current_task()
    try:
        await wait()
    except asyncio.CancelledError:
        print(name, "raised, asked:", task.cancelling())
        task.uncancel()
        print(name, "left:", task.uncancel())
    await asyncio.sleep(0)
    print(name, "goes on")

async def main():
    event = asyncio.Event()
    task = asyncio.create_task(waits("event.wait", event.wait))
    await asyncio.sleep(0)
    task.cancel()
    task.cancel()
    await task
    event.set()

    queue = asyncio.Queue()
    queue.put_nowait("item")
    task = asyncio.create_task(waits("queue.join", queue.join))
    await asyncio.sleep(0)
    task.cancel()
    task.cancel()
    await task
    queue.get_nowait()
    queue.task_done()
    await queue.join()
    print("joined")

asyncio.run(main())
