"""Callbacks run first in, first out; those added while a batch runs, by a callback or a task, run in the next."""
import asyncio

async def main():
    loop = asyncio.get_running_loop()
    log = []

    def outer(name):
        log.append(name)
        loop.call_soon(log.append, name + " again")

    def cancels():
        log.append("cancels")
        victim.cancel()

    loop.call_soon(outer, "a")
    loop.call_soon(cancels)
    victim = loop.call_soon(log.append, "victim")
    loop.call_soon(outer, "b")
    await asyncio.sleep(0)
    print(log)
    await asyncio.sleep(0)
    print(log[3:], victim.cancelled())
    victim.cancel()

    log.clear()
    done = asyncio.Event()
    now = loop.time()
    loop.call_at(now + 0.003, lambda: (log.append("at 3"), done.set()))
    loop.call_at(now - 1, log.append, "past")
    loop.call_at(now + 0.001, log.append, "at 1")
    never = loop.call_later(0.002, log.append, "never")
    loop.call_at(now + 0.0015, never.cancel)
    await done.wait()
    print(log, never.cancelled())

asyncio.run(main())
