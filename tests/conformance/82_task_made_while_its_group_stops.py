"""A task that is made in a group while the group is being cancelled."""
import asyncio

async def fails():
    raise ValueError("first")

async def never():
    print("not reached")

async def makes_one(group):
    try:
        await asyncio.sleep(10)
    finally:
        late = never()
        try:
            task = group.create_task(late)
            print("made", task.cancelling())
        except RuntimeError:
            late.close()
            print("RuntimeError")

async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(makes_one(group))
            group.create_task(fails())
    except ExceptionGroup as g:
        print([str(e) for e in g.exceptions])

asyncio.run(main())
