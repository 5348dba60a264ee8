"""An executor that is shut down does what it has, and takes no more."""
import asyncio
from concurrent.futures import ThreadPoolExecutor

async def main():
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(1)
    waiting = [loop.run_in_executor(pool, str, n) for n in range(4)]
    pool.shutdown()
    print(await asyncio.gather(*waiting))
    try:
        await loop.run_in_executor(pool, str, 4)
    except RuntimeError:
        print("refused")

asyncio.run(main())
