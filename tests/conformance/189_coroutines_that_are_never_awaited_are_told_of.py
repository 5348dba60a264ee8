"""A coroutine that is dropped before it was awaited is told of by the name of its function; one that was awaited is not."""
import asyncio
import re
import warnings

told = []

def listen(message, *_):
    told.append(re.search(r"'(\w+)' was never awaited", str(message))[1])

async def forgotten(value):
    print("never printed", value)

async def kept():
    return 7

async def main():
    forgotten(1)
    await asyncio.sleep(0)
    print(told)
    c = kept()
    print(await c)
    late = forgotten(2)
    task = asyncio.create_task(kept())
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(0)
    print(told)
    del late
    await asyncio.sleep(0)
    print(told)

warnings.simplefilter("always")
warnings.showwarning = listen
asyncio.run(main(), debug=True)
