"""Cancelling a future is an error to all who wait for it, and no request to any of them; its callbacks are called."""
import asyncio

async def waiter(name, future):
    try:
        await future
    except asyncio.CancelledError:
        print(name, asyncio.current_task().cancelling())
        raise

async def main():
    future = asyncio.get_running_loop().create_future()
    future.add_done_callback(lambda f: print("callback", f.cancelled()))
    tasks = [asyncio.create_task(waiter(name, future)) for name in ("one", "two")]
    await asyncio.sleep(0)
    print(future.cancel(), future.cancel())
    await asyncio.wait(tasks)
    print([t.cancelled() for t in tasks], [t.cancelling() for t in tasks])

asyncio.run(main())
