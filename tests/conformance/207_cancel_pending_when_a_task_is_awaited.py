"""A task with a cancel pending awaits another task: who is cancelled?"""
import asyncio

async def work():
    try:
        await asyncio.sleep(0.01)
        print("the other has done its work")
    except asyncio.CancelledError:
        print("the other is cancelled")
        raise

async def waiter(other):
    asyncio.current_task().cancel()
    try:
        await other
    except asyncio.CancelledError:
        print("the waiter is cancelled")
        asyncio.current_task().uncancel()

async def main():
    other = asyncio.create_task(work())
    await asyncio.sleep(0)
    await asyncio.create_task(waiter(other))
    await asyncio.wait([other])
    print("cancelled:", other.cancelled())

asyncio.run(main())
