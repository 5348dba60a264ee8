"""Whoever is cancelled while it waits for a lock leaves no trace: the next gets it, and at the end it is free."""
import asyncio

async def user(lock, name):
    try:
        async with lock:
            print(name, "in")
    except asyncio.CancelledError:
        print(name, "cancelled", lock.locked())
        raise

async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    first, second, third = [asyncio.create_task(user(lock, n)) for n in ("first", "second", "third")]
    await asyncio.sleep(0)
    print(second.cancel(), third.cancel())
    await asyncio.wait([second, third])
    lock.release()
    print("handed over", first.done())
    await first
    print(second.cancelled(), third.cancelled(), lock.locked())
    await lock.acquire()
    print(lock.locked())

asyncio.run(main())
