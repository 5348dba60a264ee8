"""Work in a thread sees the context of who sent it there; what it sets stays there."""
import asyncio, contextvars

user = contextvars.ContextVar("user", default="nobody")

def work(greeting):
    before = user.get()
    user.set("the thread")
    return f"{greeting} {before}, then {user.get()}"

async def ask(name):
    user.set(name)
    text = await asyncio.to_thread(work, "hello")
    return f"{text}, here {user.get()}"

async def main():
    print(await asyncio.to_thread(work, "hi"))
    print(await asyncio.gather(ask("ann"), ask("bob")))
    print(user.get())

asyncio.run(main())
