"""wait(FIRST_COMPLETED) as a select: whichever comes first, the other is cancelled and awaited."""
import asyncio

async def main():
    items, closing = asyncio.Queue(), asyncio.Event()
    async def events():
        for i in range(3):
            await asyncio.sleep(0.01)
            await items.put(i)
        await asyncio.sleep(0.01)
        closing.set()
    feeding = asyncio.create_task(events())
    while True:
        get, close = asyncio.create_task(items.get()), asyncio.create_task(closing.wait())
        done, pending = await asyncio.wait([get, close], return_when=asyncio.FIRST_COMPLETED)
        for t in pending:
            t.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if get in done:
            print("item", get.result())
        if close in done:
            break
    print("closed, left:", items.qsize())
    await feeding

asyncio.run(main())
