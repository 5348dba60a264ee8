"""Work that no thread has begun can be withdrawn; what runs can not."""
import asyncio, threading
from concurrent.futures import ThreadPoolExecutor

async def main():
    loop = asyncio.get_running_loop()
    begun, go_on = threading.Event(), threading.Event()
    ran = []
    def block():
        begun.set()
        go_on.wait()
        ran.append("first")
        return "done"
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(block)
        begun.wait()
        second = loop.run_in_executor(pool, ran.append, "second")
        third = loop.run_in_executor(pool, ran.append, "third")
        await asyncio.sleep(0)
        second.cancel()
        try:
            await second
        except asyncio.CancelledError:
            print("withdrawn")
        print("running can be cancelled:", first.cancel())
        go_on.set()
        print(await asyncio.wrap_future(first))
        await third
    print(ran)

asyncio.run(main())
