"""A timeout can be rescheduled between its entry and its end, no sooner and no later, and is entered once."""
import asyncio

def attempt(scope, when):
    try:
        scope.reschedule(when)
        return "rescheduled"
    except RuntimeError:
        return "RuntimeError"

async def main():
    loop = asyncio.get_running_loop()
    scope = asyncio.timeout(None)
    print(attempt(scope, None), scope.when(), scope.expired())
    async with scope:
        later = loop.time() + 100
        print(attempt(scope, later), scope.when() == later)
        print(attempt(scope, None), scope.when())
        await asyncio.sleep(0)
    print(attempt(scope, None), scope.expired())
    try:
        async with scope:
            pass
    except RuntimeError:
        print("entered once")
    late = asyncio.timeout(0)
    try:
        async with late:
            try:
                await asyncio.sleep(10)
            finally:
                print("expiring:", late.expired(), attempt(late, None))
    except TimeoutError:
        print(attempt(late, None), late.expired())

asyncio.run(main())
