"""A generator that a break left in the middle is closed when run ends, before run returns."""
import asyncio

async def numbers(name):
    try:
        for i in range(10):
            await asyncio.sleep(0)
            yield i
    finally:
        print(name, "is closed")

kept = None

async def main():
    global kept
    kept = numbers("the kept one")
    async for i in kept:
        print(i)
        if i == 1:
            break
    print("main ends")

asyncio.run(main())
print("run has returned")
