"""Eager children of a group that end at once: their values are there, and an error among them ends the group."""
import asyncio

async def quick(value):
    print("quick", value)
    return value

async def slow():
    try:
        print("slow begins")
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("slow is cancelled")
        raise

async def fails():
    print("fails")
    raise ValueError("boom")

async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    async with asyncio.TaskGroup() as group:
        one = group.create_task(quick(1))
        two = group.create_task(quick(2))
        print("made", one.done(), two.done())
    print(one.result() + two.result())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(slow())
            bad = group.create_task(fails())
            print("behind it", bad.done())
            await asyncio.sleep(10)
            print("not reached")
    except* ValueError as errors:
        print([str(error) for error in errors.exceptions])
    print(asyncio.current_task().cancelling())

asyncio.run(main())
