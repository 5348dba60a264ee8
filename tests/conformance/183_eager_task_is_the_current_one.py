"""Inside its eager step a task is the current one, however deep they nest; its maker is that again afterwards."""
import asyncio
import contextvars

depth = contextvars.ContextVar("depth", default=0)
seen = {}

def enter(name):
    seen[name] = asyncio.current_task()
    print(name, "begins at", depth.get())

def back_in(name):
    print(name, asyncio.current_task() is seen[name], depth.get())

async def inner():
    enter("inner")
    depth.set(9)
    await asyncio.sleep(0)
    back_in("inner")

async def outer():
    enter("outer")
    depth.set(2)
    task = asyncio.create_task(inner())
    back_in("outer")
    print("the handle is of", task is seen["inner"], task is seen["outer"])
    await task
    back_in("outer")

def callback():
    print("in a callback", asyncio.current_task() is None)

async def main():
    enter("main")
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    depth.set(1)
    task = asyncio.create_task(outer())
    back_in("main")
    asyncio.get_running_loop().call_soon(callback)
    await task
    back_in("main")

asyncio.run(main())
