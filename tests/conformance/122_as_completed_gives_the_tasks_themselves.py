"""Iterated over asynchronously, as_completed gives the tasks it was given, those that failed too."""
import asyncio

async def job(name, delay):
    await asyncio.sleep(delay)
    if name == "bad":
        raise ValueError(name)
    return name

async def main():
    tasks = [asyncio.create_task(job(n, d), name=f"job {n}") for n, d in (("slow", 0.05), ("bad", 0.03), ("fast", 0.01))]
    async for t in asyncio.as_completed(tasks):
        print(t.get_name(), tasks.index(t), "failed" if t.exception() else t.result())
    print("all given")

asyncio.run(main())
