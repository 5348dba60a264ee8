"""wait_for runs a coroutine in the caller's own task and context."""
import asyncio
import contextvars

var = contextvars.ContextVar("var", default="default")

async def inner(caller):
    print("same task:", asyncio.current_task() is caller, var.get())
    var.set("set inside")
    await asyncio.sleep(0)
    return "value"

async def main():
    var.set("set outside")
    print(await asyncio.wait_for(inner(asyncio.current_task()), 10))
    print(var.get())
    async with asyncio.timeout(10):
        await inner(asyncio.current_task())
    print(await asyncio.wait_for(inner(asyncio.current_task()), None))

asyncio.run(main())
