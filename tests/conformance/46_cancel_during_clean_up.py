"""A second cancel while the first one's clean-up waits."""
import asyncio

async def clean_up(step):
    print("cleaning")
    await step.wait()
    print("cleaned")

async def worker(step):
    try:
        await asyncio.sleep(10)
    finally:
        await clean_up(step)

async def main():
    step = asyncio.Event()
    t = asyncio.create_task(worker(step))
    await asyncio.sleep(0)
    t.cancel()
    await asyncio.sleep(0)
    t.cancel()
    await asyncio.sleep(0)
    print("done at the second cancel:", t.done())
    step.set()
    await asyncio.wait([t])
    print(t.cancelled(), t.cancelling())

asyncio.run(main())
