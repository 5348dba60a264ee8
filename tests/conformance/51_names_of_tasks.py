"""Tasks are numbered unless they are given a name; a name can be changed, also after the end."""
import asyncio

async def says_its_name():
    print(asyncio.current_task().get_name())

async def main():
    await says_its_name()
    first = asyncio.create_task(says_its_name())
    second = asyncio.create_task(says_its_name(), name="reader")
    third = asyncio.create_task(says_its_name())
    print(first.get_name(), second.get_name(), third.get_name())
    third.set_name("late")
    await asyncio.gather(first, second, third)
    third.set_name("later")
    print(first.get_name(), second.get_name(), third.get_name())
    async with asyncio.TaskGroup() as group:
        print(group.create_task(says_its_name(), name="child").get_name())

asyncio.run(main())
