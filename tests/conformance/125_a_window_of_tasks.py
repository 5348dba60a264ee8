"""A window of tasks that slides over many jobs: a new one begins when one has ended; the first error ends all."""
import asyncio

async def job(i):
    try:
        await asyncio.sleep(0.01 * (i % 3 + 1))
    except asyncio.CancelledError:
        print("cancelled", i)
        raise
    print("done", i)
    if i == 4:
        raise ValueError("job 4")

async def main():
    begun = 0
    running = []
    try:
        for i in range(100):
            if len(running) == 2:
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                running = [t for t in running if t not in done]
                for t in done:
                    t.result()
            running.append(asyncio.create_task(job(i)))
            begun += 1
    except ValueError as error:
        for t in running:
            t.cancel()
        await asyncio.wait(running)
        print(error, "ended it;", begun, "begun")

asyncio.run(main())
