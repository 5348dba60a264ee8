"""An event that is set and cleared at once wakes those who waited; who waits then needs another set."""
import asyncio

async def waiter(event, name):
    print(name, await event.wait(), event.is_set())

async def main():
    event = asyncio.Event()
    early = [asyncio.create_task(waiter(event, f"early {i}")) for i in range(3)]
    await asyncio.sleep(0)
    event.set()
    event.clear()
    late = asyncio.create_task(waiter(event, "late"))
    await asyncio.gather(*early)
    print("late done", late.done())
    event.set()
    await late

asyncio.run(main())
