"""to_thread gives results and errors back and takes the context along; threads hand the loop callbacks."""
import asyncio
import contextvars

user = contextvars.ContextVar("user", default="nobody")

def work(x):
    if x == 3:
        raise ValueError(f"no {x}")
    return x * x

async def main():
    loop = asyncio.get_running_loop()
    user.set("main")
    print(await asyncio.to_thread(work, 5), await asyncio.to_thread(user.get))
    try:
        await asyncio.to_thread(work, 3)
    except ValueError as error:
        print("error:", error)
    results = await asyncio.gather(*(asyncio.to_thread(work, i) for i in range(5)), return_exceptions=True)
    print([r if isinstance(r, int) else str(r) for r in results])
    log = []

    def from_thread():
        for i in range(3):
            loop.call_soon_threadsafe(log.append, i)
        return "handed over"
    print(await asyncio.to_thread(from_thread))
    await asyncio.sleep(0)
    print(log)

asyncio.run(main())
