"""wait_for a task: its error, its cancel by others, its answer to the deadline, and a cancel of who waits."""
import asyncio

async def fails():
    raise ValueError("error")

async def answers():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        return "late answer"

async def attempt(name, task, limit):
    try:
        print(name, await asyncio.wait_for(task, limit))
    except BaseException as e:
        print(name, type(e).__name__, task.done(), asyncio.current_task().cancelling())

async def main():
    await attempt("fails:", asyncio.create_task(fails()), 10)
    cancelled = asyncio.create_task(asyncio.sleep(10))
    cancelled.cancel()
    await attempt("cancelled:", cancelled, 10)
    await attempt("answers:", asyncio.create_task(answers()), 0.001)
    await attempt("hangs:", asyncio.create_task(asyncio.sleep(10)), 0.001)
    awaited = asyncio.create_task(asyncio.sleep(10))
    waits = asyncio.create_task(attempt("waiter cancelled:", awaited, 10))
    await asyncio.sleep(0)
    waits.cancel()
    await asyncio.wait([waits])
    print(awaited.cancelled())

asyncio.run(main())
