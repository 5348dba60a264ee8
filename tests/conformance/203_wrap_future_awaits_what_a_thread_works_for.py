"""What was submitted to a pool can be awaited, and so can what another thread asked a loop for."""
import asyncio
from concurrent.futures import ThreadPoolExecutor

async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as pool:
        print(await asyncio.wrap_future(pool.submit(pow, 2, 10)))
        try:
            await asyncio.wrap_future(pool.submit(lambda: 1 / 0))
        except ZeroDivisionError:
            print("error came back")
    async def on_loop(x):
        await asyncio.sleep(0)
        return x * 2
    asked = asyncio.run_coroutine_threadsafe(on_loop(21), loop)
    told = []
    asked.add_done_callback(lambda done: told.append(done.result()))
    print(await asyncio.wrap_future(asked), told)
    forever = asyncio.run_coroutine_threadsafe(asyncio.sleep(3600), loop)
    try:
        await asyncio.wait_for(asyncio.wrap_future(forever), 0.01)
    except TimeoutError:
        print("timed out")
    await asyncio.sleep(0)
    print("cancelled:", forever.cancelled())

asyncio.run(main())
