"""Errors of a group within a group come out as a group within a group; the others are cancelled and waited for."""
import asyncio

ended = []

async def sibling(name):
    try:
        await asyncio.sleep(10)
    finally:
        ended.append(name)

async def fails(error):
    raise error

def show(error):
    if isinstance(error, ExceptionGroup): return [show(e) for e in error.exceptions]
    return f"{type(error).__name__} {error.args[0]}"

async def main():
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(sibling("outer sibling"))
            async def inner_group():
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(sibling("inner sibling"))
                    inner.create_task(fails(ValueError("one")))
                    inner.create_task(fails(ValueError("two")))
            outer.create_task(inner_group())
    except ExceptionGroup as group:
        print(show(group), sorted(ended))
    print(asyncio.current_task().cancelling())
    await asyncio.sleep(0)

asyncio.run(main())
