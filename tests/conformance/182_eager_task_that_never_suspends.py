"""An eager task that never suspends is done when create_task returns, with its value or its error."""
import asyncio

async def value():
    return 7

async def fails():
    raise ValueError("at once")

async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    task = asyncio.create_task(value())
    print(task.done(), task.cancelled(), task.result(), task.cancel())
    task.add_done_callback(lambda task: print("callback", task.result()))
    print("the callback is called by the loop")
    print("awaited", await task)
    await asyncio.sleep(0)
    bad = asyncio.create_task(fails())
    print(bad.done(), type(bad.exception()).__name__)
    print(task in asyncio.all_tasks(), len(asyncio.all_tasks()))
    try:
        await bad
    except ValueError as error:
        print(error)
    done, pending = await asyncio.wait([task, bad], timeout=10)
    print(len(done), len(pending))
    print(await asyncio.gather(asyncio.create_task(value()), asyncio.create_task(value())))

asyncio.run(main())
