"""Work in an executor: results in order, errors come back, None is the loop's own threads."""
import asyncio
from concurrent.futures import ThreadPoolExecutor

def work(number):
    return number * number

async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(2) as pool:
        print(await loop.run_in_executor(pool, work, 7))
        print(await asyncio.gather(*(loop.run_in_executor(pool, work, n) for n in range(10))))
        try:
            await loop.run_in_executor(pool, lambda: 1 / 0)
        except ZeroDivisionError as error:
            print("error came back:", error)
    print(await loop.run_in_executor(None, work, 3))

asyncio.run(main())
