"""wait cancels nothing: neither when its time is over, which is no error, nor when it is cancelled itself."""
import asyncio

async def waits(tasks):
    await asyncio.wait(tasks)

async def main():
    gate = asyncio.Event()
    task = asyncio.create_task(gate.wait())
    finished = asyncio.create_task(asyncio.sleep(0))
    done, pending = await asyncio.wait([task, finished], timeout=0.001)
    print(done == {finished}, pending == {task}, task.cancelling())
    w = asyncio.create_task(waits([task]))
    await asyncio.sleep(0)
    w.cancel()
    await asyncio.wait([w])
    print(w.cancelled(), task.done(), task.cancelling())
    gate.set()
    done, pending = await asyncio.wait([task])
    print(len(done), len(pending))
    try:
        await asyncio.wait([])
    except ValueError:
        print("nothing to wait for")

asyncio.run(main())
