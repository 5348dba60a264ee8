"""Only one task at a time may ask a generator for its next item, or close it."""
import asyncio

async def slow():
    yield 0
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    yield 1

async def ask(gen):
    print("got", await anext(gen))

async def main():
    gen = slow()
    await ask(gen)
    task = asyncio.create_task(ask(gen))
    await asyncio.sleep(0)
    try:
        await ask(gen)
    except RuntimeError:
        print("a second next is refused")
    try:
        await gen.aclose()
    except RuntimeError:
        print("aclose is refused")
    await task
    await gen.aclose()
    print("closed")

asyncio.run(main())
