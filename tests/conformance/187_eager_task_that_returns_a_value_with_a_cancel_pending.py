"""An eager task that cancels itself and then returns a value."""
import asyncio

async def returns():
    asyncio.current_task().cancel()
    return "a value"

async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    task = asyncio.create_task(returns())
    print("made", task.done())
    await asyncio.wait([task])
    print("cancelled" if task.cancelled() else task.result())

asyncio.run(main())
