"""Who is cancelled before the event is set, also in the same turn, is cancelled; the others are woken in order."""
import asyncio

async def waiter(event, name):
    try:
        print(name, await event.wait())
    except asyncio.CancelledError:
        print(name, "cancelled", event.is_set())

async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waiter(event, n)) for n in "abc"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    event.set()
    await asyncio.gather(*tasks)
    event.clear()
    try:
        await asyncio.wait_for(event.wait(), 0.001)
    except TimeoutError:
        print("timed out", event.is_set())
    event.set()
    event.set()
    print(await asyncio.wait_for(event.wait(), 1))

asyncio.run(main())
