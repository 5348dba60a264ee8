"""Tasks that are cancelled before their first turn never run, whoever waits for them: gather, wait, shield or a group."""
import asyncio

async def never():
    print("not reached")

def cancelled():
    task = asyncio.create_task(never())
    task.cancel()
    return task

async def main():
    results = await asyncio.gather(cancelled(), cancelled(), return_exceptions=True)
    print([type(r).__name__ for r in results])
    done, pending = await asyncio.wait([cancelled(), cancelled()])
    print(sorted(t.cancelled() for t in done), len(pending))
    for waiting in (asyncio.shield(cancelled()), asyncio.wait_for(cancelled(), 10), asyncio.gather(cancelled())):
        try:
            await waiting
        except asyncio.CancelledError:
            print("CancelledError", asyncio.current_task().cancelling())
    async with asyncio.TaskGroup() as group:
        task = group.create_task(never())
        task.cancel()
    print(task.cancelled())

asyncio.run(main())
