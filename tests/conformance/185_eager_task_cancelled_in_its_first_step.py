"""An eager task that is cancelled before its first suspension sees it there, as one that is cancelled right behind does."""
import asyncio

async def cancels_itself():
    print(asyncio.current_task().cancel(), asyncio.current_task().cancelling())
    try:
        await asyncio.sleep(0)
        print("not reached")
    except asyncio.CancelledError:
        print("raised at the first await")
        raise

async def waits():
    try:
        print("begun")
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled where it waits")
        raise

async def cancels_its_maker(maker):
    print("cancels its maker", maker.cancel())

async def makes():
    try:
        asyncio.create_task(cancels_its_maker(asyncio.current_task()))
        print("goes on up to its next await")
        await asyncio.sleep(0)
        print("not reached")
    except asyncio.CancelledError:
        print("and is cancelled there")

async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    itself = asyncio.create_task(cancels_itself())
    print("made", itself.done(), itself.cancelling())
    await asyncio.wait([itself])
    print(itself.cancelled())
    behind = asyncio.create_task(waits())
    print(behind.cancel(), behind.done())
    await asyncio.wait([behind])
    print(behind.cancelled())
    await asyncio.create_task(makes())

asyncio.run(main())
