"""A lock knows no owner: any task may release it. A newcomer does not overtake; once too often is an error."""
import asyncio

async def user(lock, name):
    await lock.acquire()
    print(name, "in")

async def main():
    lock = asyncio.Lock()
    await user(lock, "main")
    waiting = asyncio.create_task(user(lock, "waiting"))
    await asyncio.sleep(0)
    lock.release()
    newcomer = asyncio.create_task(user(lock, "newcomer"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(waiting.done(), newcomer.done(), lock.locked())
    lock.release()
    await newcomer
    lock.release()
    for _ in range(2):
        try:
            lock.release()
        except RuntimeError:
            print("not held", lock.locked())

asyncio.run(main())
