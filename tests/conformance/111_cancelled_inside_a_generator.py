"""A cancel comes out of what the generator's body awaits, passes through its finally, and ends generator and task."""
import asyncio

async def slow():
    try:
        yield "first"
        await asyncio.sleep(10)
        yield "second"
    except asyncio.CancelledError:
        print("the generator is cancelled")
        raise
    finally:
        print("the generator's finally")

async def use(gen):
    try:
        async for item in gen:
            print(item)
    finally:
        print("the task's finally")

async def main():
    gen = slow()
    task = asyncio.create_task(use(gen))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", task.cancelled())
    try:
        await anext(gen)
    except StopAsyncIteration:
        print("the generator is over")

asyncio.run(main())
