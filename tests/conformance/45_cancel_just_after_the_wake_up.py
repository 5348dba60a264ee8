"""A cancel that comes when the future is set already, but its waiter has not had its turn."""
import asyncio

async def waiter(future):
    try:
        print("got", await future)
    except asyncio.CancelledError:
        print("result lost")
        raise
    await asyncio.sleep(0)
    print("not reached")

async def main():
    future = asyncio.get_running_loop().create_future()
    w = asyncio.create_task(waiter(future))
    await asyncio.sleep(0)
    future.set_result(7)
    print(w.cancel(), w.cancelling())
    await asyncio.wait([w])
    print(w.cancelled())

asyncio.run(main())
