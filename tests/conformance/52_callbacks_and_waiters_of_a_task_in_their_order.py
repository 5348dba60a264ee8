"""Callbacks of a task and tasks that wait for it have their turns in the order in which they came to it."""
import asyncio

async def waiter(name, task):
    print(name, await task)

async def main():
    gate = asyncio.Event()
    async def work():
        await gate.wait()
        return "value"
    task = asyncio.create_task(work())
    task.add_done_callback(lambda t: print("first callback", t.result()))
    one = asyncio.create_task(waiter("first waiter", task))
    await asyncio.sleep(0)
    task.add_done_callback(lambda t: print("second callback", t is task))
    two = asyncio.create_task(waiter("second waiter", task))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.wait([one, two])
    task.add_done_callback(lambda t: print("late callback"))
    print("never at once")
    await asyncio.sleep(0)

asyncio.run(main())
