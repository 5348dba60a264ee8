"""micro_asyncio.py [--uvloop] ROW N [PENDING]: bench-micro's rows as asyncio writes them."""
import asyncio
import sys
import threading
import time

HOUR = 3600.0


class Meter:
    """Measures from its making to `done`."""

    def __init__(self):
        self.bytes, self.wall, self.cpu = peak_bytes(), time.perf_counter_ns(), time.process_time_ns()

    def done(self, row, n):
        wall, cpu = time.perf_counter_ns() - self.wall, time.process_time_ns() - self.cpu
        print(f"RESULT bench={row} n={n} wall_ns={wall / n:.2f} cpu_ns={cpu / n:.2f} "
              f"rss_b={(peak_bytes() - self.bytes) / n:.0f} wall_s={wall / 1e9:.3f}", flush=True)


def peak_bytes():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


async def yields(n):
    for _ in range(n):
        await asyncio.sleep(0)


async def nothing():
    pass


async def spawns(n):
    for _ in range(n):
        await asyncio.create_task(nothing())


async def chain(depth):
    return 1 if depth <= 1 else 1 + await chain(depth - 1)


async def calls(n, depth):
    for _ in range(n):
        await chain(depth)


async def gathers(n):
    for _ in range(n // 1000):
        await asyncio.gather(*(nothing() for _ in range(1000)))


async def sleeps(n):
    tasks = [asyncio.create_task(asyncio.sleep(1)) for _ in range(n)]
    for task in tasks:
        await task


async def timers(n, pending):
    loop, all_of_them = asyncio.get_running_loop(), [None] * pending
    for i in range(n):
        if i >= pending:
            all_of_them[i % pending].cancel()
        all_of_them[i % pending] = loop.call_later(10, print)
        if i % 1000 == 999:
            await asyncio.sleep(0)


async def puts(queue, n):
    for i in range(n):
        await queue.put(i)


async def gets(queue, n):
    for _ in range(n):
        await queue.get()


async def through(n, places):
    queue = asyncio.Queue(places)
    await asyncio.gather(puts(queue, n), gets(queue, n))


async def enters(what, n):
    for _ in range(n):
        async with what:
            await asyncio.sleep(0)


async def hundred(what, n):
    await asyncio.gather(*(enters(what, n // 100) for _ in range(100)))


async def cross_thread(n):
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def ask():
        answered = threading.Semaphore(0)
        for _ in range(n):
            loop.call_soon_threadsafe(answered.release)
            answered.acquire()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=ask).start()
    await ended.wait()


async def to_threads(n):
    for _ in range(n):
        await asyncio.to_thread(int)


async def unused_limits(n):
    for _ in range(n):
        async with asyncio.timeout(10):
            await asyncio.sleep(0)


async def runs_out():
    try:
        async with asyncio.timeout(0.001):
            await asyncio.sleep(HOUR)
    except TimeoutError:
        return
    raise AssertionError("it did not run out")


async def limits_run_out(n):
    await asyncio.gather(*(runs_out() for _ in range(n)))


async def sleep_deep(depth):
    if depth > 1:
        await sleep_deep(depth - 1)
    else:
        await asyncio.sleep(HOUR)


async def cancels(row, n, depth):
    tasks = [asyncio.create_task(sleep_deep(depth)) for _ in range(n)]
    await asyncio.sleep(0)
    meter = Meter()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    meter.done(row, n)


async def main(row, n, pending):
    if row in ("cancel1", "cancel10"):
        return await cancels(row, n, int(row[6:]))
    rows = {
        "yield": lambda: asyncio.gather(yields(n), yields(n)),
        "spawn": lambda: spawns(n),
        "call1": lambda: calls(n, 1),
        "call20": lambda: calls(n, 20),
        "gather1k": lambda: gathers(n),
        "sleep1m": lambda: sleeps(n),
        "timers": lambda: timers(n, pending),
        "queue1": lambda: through(n, 1),
        "queue1024": lambda: through(n, 1024),
        "lock": lambda: hundred(asyncio.Lock(), n),
        "semaphore": lambda: hundred(asyncio.Semaphore(10), n),
        "xthread": lambda: cross_thread(n),
        "tothread": lambda: to_threads(n),
        "timeout_unused": lambda: unused_limits(n),
        "timeout_fires": lambda: limits_run_out(n),
    }
    if row not in rows:
        return print("SKIP")
    meter = Meter()
    await rows[row]()
    meter.done(row, 2 * n if row == "yield" else n)


words = sys.argv[1:]
if words[0] == "--uvloop":
    import uvloop
    uvloop.install()
    words.pop(0)
asyncio.run(main(words[0], int(words[1]), int(words[2]) if len(words) > 2 else 10_000))
