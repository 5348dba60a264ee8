"""The first of several tasks that succeeds, and the rest cancelled: a loop round wait(FIRST_COMPLETED)."""
import asyncio

async def mirror(name, delay, works):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise
    if not works:
        raise ValueError(name)
    return name

async def main():
    pending = {asyncio.create_task(mirror("a", 0.01, False)), asyncio.create_task(mirror("b", 0.03, True)),
               asyncio.create_task(mirror("c", 10, True))}
    answer = None
    while pending and answer is None:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for t in done:
            if t.exception():
                print("failed:", t.exception())
            else:
                answer = t.result()
    for t in pending:
        t.cancel()
    await asyncio.wait(pending)
    print("answer:", answer)

asyncio.run(main())
