"""The body sees the context of the task that asks, and what it sets there stays."""
import asyncio
from contextvars import ContextVar

user = ContextVar("user", default="nobody")

async def names():
    while True:
        yield user.get()
        user.set("set by the generator")

async def ask(gen, name):
    user.set(name)
    print(await anext(gen))
    print("the task sees", user.get())

async def main():
    gen = names()
    await asyncio.create_task(ask(gen, "first"))
    await asyncio.create_task(ask(gen, "second"))
    print("main sees", user.get())
    print(await anext(gen))
    print("main sees", user.get())
    await gen.aclose()

asyncio.run(main())
