"""In debug mode a turn of a task or a callback that takes longer than the limit is told of, by its name."""
import asyncio
import logging
import re
import time

told = []

class Listener(logging.Handler):
    def emit(self, record):
        name = re.match(r"Executing <\w+ (?:\w+ name=')?(\w+)", record.getMessage())
        if name and name[1] in ("worker", "called", "patient"):
            told.append(name[1])

async def work():
    await asyncio.sleep(0)
    time.sleep(0.06)
    await asyncio.sleep(0)

async def wait():
    await asyncio.sleep(0.06)

def called():
    time.sleep(0.06)

async def main():
    loop = asyncio.get_running_loop()
    print(loop.get_debug(), loop.slow_callback_duration)
    loop.slow_callback_duration = 0.05
    await asyncio.create_task(work(), name="worker")
    loop.call_soon(called)
    await asyncio.create_task(wait(), name="patient")
    await asyncio.sleep(0)
    print(told)

logging.getLogger("asyncio").addHandler(Listener())
logging.getLogger("asyncio").propagate = False
asyncio.run(main(), debug=True)
