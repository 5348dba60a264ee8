"""A task that is cancelled during its last turn, after its last await."""
import asyncio

async def cancels_itself():
    asyncio.current_task().cancel()
    return "value"

async def fails():
    asyncio.current_task().cancel()
    raise ValueError("own error")

async def main():
    t = asyncio.create_task(cancels_itself())
    f = asyncio.create_task(fails())
    await asyncio.wait([t, f])
    print("cancelled" if t.cancelled() else t.result())
    print(type(f.exception()).__name__, f.cancelling())

asyncio.run(main())
