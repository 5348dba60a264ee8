"""Without the lock neither wait nor notify works; conditions may share one; a time-out leaves with it held."""
import asyncio

async def main():
    lock = asyncio.Lock()
    full, empty = asyncio.Condition(lock), asyncio.Condition(lock)
    for misuse in (full.notify, full.notify_all, full.release):
        try:
            misuse()
        except RuntimeError:
            print("error")
    try:
        await full.wait()
    except RuntimeError:
        print("error too")
    async with full:
        print(full.locked(), empty.locked(), lock.locked())
        empty.notify()
        try:
            await asyncio.wait_for(full.wait(), 0.001)
        except TimeoutError:
            print("timed out", lock.locked())
    print(lock.locked())

asyncio.run(main())
