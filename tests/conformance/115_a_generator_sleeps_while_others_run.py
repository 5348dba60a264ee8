"""While a generator's body awaits, its consumer waits and other tasks run; a generator that does not await gives no turn."""
import asyncio

async def numbers(n, waits):
    for i in range(n):
        if waits:
            await asyncio.sleep(0)
        yield i

async def consume(waits):
    async for i in numbers(3, waits):
        print("item", i)

async def other():
    for i in range(3):
        print("other", i)
        await asyncio.sleep(0)

async def main():
    for waits in True, False:
        print("waits:", waits)
        await asyncio.gather(consume(waits), other())

asyncio.run(main())
