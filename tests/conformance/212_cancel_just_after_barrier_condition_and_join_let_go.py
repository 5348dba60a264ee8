"""The wait is over, and a cancel comes in the same turn: of a barrier, of a condition with its lock, of a queue's join."""
import asyncio

async def waits(name, wait):
    try:
        await wait()
        print(name, "is over")
        await asyncio.sleep(0)
        print(name, "was not cancelled")
    except asyncio.CancelledError:
        print(name, "raised")
        raise

async def ended(task):
    await asyncio.wait([task])
    print("cancelled:", task.cancelled())

async def main():
    barrier = asyncio.Barrier(2)
    task = asyncio.create_task(waits("barrier.wait", barrier.wait))
    await asyncio.sleep(0)
    position = await barrier.wait()
    task.cancel()
    await ended(task)

    condition = asyncio.Condition()
    async def wait_for_it():
        async with condition:
            await condition.wait()
    task = asyncio.create_task(waits("condition.wait", wait_for_it))
    await asyncio.sleep(0)
    async with condition:
        condition.notify()
    task.cancel()
    await ended(task)
    print("locked:", condition.locked())

    queue = asyncio.Queue()
    queue.put_nowait("item")
    task = asyncio.create_task(waits("queue.join", queue.join))
    await asyncio.sleep(0)
    queue.get_nowait()
    queue.task_done()
    task.cancel()
    await ended(task)

asyncio.run(main())
