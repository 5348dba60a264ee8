"""What the body raises comes out of the loop over it, behind its finally; then the generator is over."""
import asyncio

async def failing():
    try:
        yield 1
        await asyncio.sleep(0)
        yield 2
        raise ValueError("no more")
    finally:
        print("finally")

async def main():
    gen = failing()
    try:
        async for item in gen:
            print(item)
    except ValueError as error:
        print("caught", error)
    async for item in gen:
        print("not reached")
    print("over")

asyncio.run(main())
