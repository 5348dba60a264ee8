"""An exception in a callback goes to the handler and stops nothing; callbacks have their maker's context."""
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")

async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print("handler:", context["exception"]))

    def fails():
        raise ValueError("from a callback")

    def show_and_set(name):
        print(name, "sees", user.get())
        user.set(name)

    user.set("main")
    loop.call_soon(fails)
    loop.call_soon(show_and_set, "first")
    loop.call_soon(show_and_set, "second")
    user.set("later main")
    loop.call_soon(show_and_set, "third")
    await asyncio.sleep(0)
    print("main has", user.get())

    future = loop.create_future()
    future.add_done_callback(lambda f: (print("callback sees", user.get()), fails()))
    user.set("last main")
    future.add_done_callback(lambda f: print("the next sees", user.get()))
    future.set_result(1)
    await asyncio.sleep(0)
    print("still here")

asyncio.run(main())
