"""One worker takes its work in the order it came; context variables stay behind, with to_thread they come along."""
import asyncio, contextvars
from concurrent.futures import ThreadPoolExecutor

user = contextvars.ContextVar("user", default="nobody")

async def main():
    loop = asyncio.get_running_loop()
    order = []
    with ThreadPoolExecutor(1) as pool:
        waiting = [loop.run_in_executor(pool, order.append, n) for n in range(8)]
        for each in reversed(waiting):
            await each
        print(order)
        user.set("root")
        print("executor:", await loop.run_in_executor(pool, user.get))
        loop.set_default_executor(pool)
        print("to_thread:", await asyncio.to_thread(user.get))

asyncio.run(main())
