"""aclosing closes the generator when its body is left by break, by an error, or at the generator's end."""
import asyncio
from contextlib import aclosing

async def numbers(n):
    try:
        for i in range(n):
            yield i
    finally:
        await asyncio.sleep(0)
        print("closed")

async def main():
    async with aclosing(numbers(10)) as gen:
        async for i in gen:
            if i == 2:
                print("break at", i)
                break
    try:
        async with aclosing(numbers(10)) as gen:
            async for i in gen:
                raise ValueError("the body failed")
    except ValueError as error:
        print(error)
    async with aclosing(numbers(2)) as gen:
        async for i in gen:
            print(i)
    print("end")

asyncio.run(main())
