"""Who is cancelled after the event was set, but before its turn, is cancelled all the same."""
import asyncio

async def waiter(event):
    try:
        print(await event.wait())
        await asyncio.sleep(0)
        print("never")
    except asyncio.CancelledError:
        print("cancelled")
        raise

async def main():
    event = asyncio.Event()
    task = asyncio.create_task(waiter(event))
    await asyncio.sleep(0)
    event.set()
    task.cancel()
    await asyncio.wait([task])
    print(task.cancelled())

asyncio.run(main())
