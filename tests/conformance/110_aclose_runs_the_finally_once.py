"""aclose runs a generator's finally, once; afterwards it is over."""
import asyncio

async def numbers():
    try:
        i = 0
        while True:
            yield i
            i += 1
    finally:
        print("finally")

async def main():
    gen = numbers()
    print(await anext(gen), await anext(gen))
    await gen.aclose()
    print("closed")
    await gen.aclose()
    print("closed again")
    try:
        await anext(gen)
    except StopAsyncIteration:
        print("over")

asyncio.run(main())
