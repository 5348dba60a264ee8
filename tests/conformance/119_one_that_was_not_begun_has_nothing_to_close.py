"""A generator is lazy: made, closed or dropped before its first item its body never runs; one that yields on when it is closed is refused."""
import asyncio

async def numbers():
    print("begun")
    try:
        yield 1
    finally:
        print("finally")

async def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2

async def main():
    gen = numbers()
    print("made")
    await gen.aclose()
    try:
        await anext(gen)
    except StopAsyncIteration:
        print("over")
    del gen
    numbers()
    gen = stubborn()
    print(await anext(gen))
    try:
        await gen.aclose()
    except RuntimeError:
        print("it went on")
    try:
        await anext(gen)
    except StopAsyncIteration:
        print("over")

asyncio.run(main())
