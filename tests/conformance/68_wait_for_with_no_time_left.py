"""wait_for with a limit of zero: what is done gives its result, what is not is cancelled, a coroutine never starts."""
import asyncio

async def attempt(awaitable):
    try:
        print(await asyncio.wait_for(awaitable, 0))
    except (TimeoutError, ValueError) as e:
        print(type(e).__name__)

async def fails():
    raise ValueError

async def hangs():
    print("started")
    await asyncio.sleep(10)

async def main():
    future = asyncio.get_running_loop().create_future()
    await attempt(future)
    print(future.cancelled())
    future = asyncio.get_running_loop().create_future()
    future.set_result("result")
    await attempt(future)
    failed = asyncio.create_task(fails())
    await asyncio.wait([failed])
    await attempt(failed)
    pending = asyncio.create_task(hangs())
    await asyncio.sleep(0)
    await attempt(pending)
    print(pending.cancelled())
    await attempt(hangs())

asyncio.run(main())
