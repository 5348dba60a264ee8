"""A semaphore round each coroutine of a gather limits how many run at once; results keep their order."""
import asyncio

async def main():
    room = asyncio.Semaphore(2)
    running = most = 0
    async def job(name, delay):
        nonlocal running, most
        async with room:
            running += 1
            most = max(most, running)
            print("begin", name)
            await asyncio.sleep(delay)
            running -= 1
            print("end", name)
            return name.upper()
    print(await asyncio.gather(job("a", 0.05), job("b", 0.02), job("c", 0.02), job("d", 0.06)))
    print("at most", most)

asyncio.run(main())
