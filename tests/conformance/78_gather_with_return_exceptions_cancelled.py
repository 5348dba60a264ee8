"""A gather that is cancelled ends so, also where errors are to be returned, and not before its children have."""
import asyncio

async def child(name, answer):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("stopping", name)
        if answer == "error": raise ValueError(name)
        if answer == "value": return name
        raise

async def gathers(**options):
    try:
        print(await asyncio.gather(child("a", "value"), child("b", "error"), child("c", "cancel"), **options))
    except BaseException as e:
        print(type(e).__name__, asyncio.current_task().cancelling())
        raise

async def main():
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: print("handler:", context["exception"]))
    t = asyncio.create_task(gathers(return_exceptions=True))
    for _ in range(3): await asyncio.sleep(0)
    print(t.cancel(), t.cancelling())
    await asyncio.wait([t])
    print(t.cancelled())

asyncio.run(main())
