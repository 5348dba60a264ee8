"""What is free is taken without giving up the turn: lock, semaphore, event, condition, queue, barrier."""
import asyncio

async def main():
    other = asyncio.create_task(say("the other task"))
    await asyncio.Lock().acquire()
    print("lock")
    await asyncio.Semaphore(1).acquire()
    print("semaphore")
    event = asyncio.Event()
    event.set()
    print("event", await event.wait())
    condition = asyncio.Condition()
    async with condition:
        print("condition", await condition.wait_for(lambda: True))
    queue = asyncio.Queue(1)
    await queue.put("an item")
    print("queue", await queue.get())
    queue.task_done()
    await queue.join()
    print("join")
    print("barrier", await asyncio.Barrier(1).wait())
    await other

async def say(what):
    print(what)

asyncio.run(main())
