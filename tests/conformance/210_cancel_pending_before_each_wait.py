"""A cancel that is pending comes out of a wait that has to be waited, and nothing is taken or left behind."""
import asyncio

async def attempt(name, wait):
    task = asyncio.current_task()
    task.cancel()
    try:
        await wait()
        print(name, "went on")
    except asyncio.CancelledError:
        print(name, "raised, left:", task.uncancel())

async def main():
    event = asyncio.Event()
    await asyncio.create_task(attempt("event.wait", event.wait))
    event.set()
    await event.wait()

    semaphore = asyncio.Semaphore(1)
    await semaphore.acquire()
    await asyncio.create_task(attempt("semaphore.acquire", semaphore.acquire))
    semaphore.release()
    print("free:", not semaphore.locked())

    condition = asyncio.Condition()
    async def wait_for_it():
        await condition.acquire()
        asyncio.current_task().cancel()
        try:
            await condition.wait()
        finally:
            print("condition.wait has its lock again:", condition.locked())
            condition.release()
    waiting = asyncio.create_task(wait_for_it())
    await asyncio.wait([waiting])
    print("cancelled:", waiting.cancelled(), "locked:", condition.locked())

    queue = asyncio.Queue(1)
    await asyncio.create_task(attempt("queue.get", queue.get))
    await queue.put(1)
    await asyncio.create_task(attempt("queue.put", lambda: queue.put(2)))
    await asyncio.create_task(attempt("queue.join", queue.join))
    print("items:", queue.qsize(), "first:", queue.get_nowait())

    barrier = asyncio.Barrier(2)
    await asyncio.create_task(attempt("barrier.wait", barrier.wait))
    print("waiting:", barrier.n_waiting)

asyncio.run(main())
