"""Callbacks of futures, tasks and the loop see the variables as they were where they were added."""
import asyncio
import contextvars

var = contextvars.ContextVar("var", default="default")

async def adds(future, task, value):
    var.set(value)
    future.add_done_callback(lambda f: print("future", var.get(), f.result()))
    task.add_done_callback(lambda t: print("task", var.get()))
    asyncio.get_running_loop().call_soon(lambda: print("soon", var.get()))
    var.set("changed later")

async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(asyncio.sleep(0))
    await asyncio.gather(adds(future, task, "a"), adds(future, task, "b"))
    await task
    await asyncio.sleep(0)
    future.set_result(1)
    await asyncio.sleep(0)
    print("main", var.get())

asyncio.run(main())
