"""Cancelling who waits for a future cancels the future, so that setting it comes too late; shield keeps it."""
import asyncio

async def waiter(future):
    await future

async def shielded(future):
    await asyncio.shield(future)

async def main():
    loop = asyncio.get_running_loop()
    for make in (waiter, shielded):
        future = loop.create_future()
        t = asyncio.create_task(make(future))
        await asyncio.sleep(0)
        print(t.cancel(), future.cancelled())
        await asyncio.wait([t])
        print(t.cancelled(), future.done())
        try:
            future.set_result(None)
            print("set")
        except asyncio.InvalidStateError:
            print("InvalidStateError")

asyncio.run(main())
