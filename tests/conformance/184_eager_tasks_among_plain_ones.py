"""The first step of an eager task is taken at once; afterwards it takes turns with plain ones as all do."""
import asyncio

async def steps(name):
    for step in range(3):
        print(name, step)
        await asyncio.sleep(0)

async def main():
    loop = asyncio.get_running_loop()
    tasks = [
        asyncio.create_task(steps("plain")),
        asyncio.Task(steps("eager"), loop=loop, eager_start=True),
        asyncio.create_task(steps("late")),
    ]
    loop.call_soon(print, "callback")
    tasks.append(asyncio.Task(steps("last eager"), loop=loop, eager_start=True))
    print("all are made")
    await asyncio.gather(*tasks)

asyncio.run(main())
