"""Generators draw from each other, an item at a time; closing the outer one lets it close the inner one."""
import asyncio
from contextlib import aclosing

async def numbers():
    try:
        i = 0
        while True:
            await asyncio.sleep(0)
            print("made", i)
            yield i
            i += 1
    finally:
        print("numbers closed")

async def doubled(source):
    try:
        async for i in source:
            yield 2 * i
    finally:
        await source.aclose()
        print("doubled closed")

async def main():
    async with aclosing(doubled(numbers())) as gen:
        async for i in gen:
            print("got", i)
            if i == 4:
                break
    print("end")

asyncio.run(main())
