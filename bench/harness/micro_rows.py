"""The rows of programs that measure themselves: what one step of a core costs."""
import contextlib

import processes

# What each does, and how many operations it always does where that is what the row is about.
ROWS = {
    "yield": ("two tasks give way to each other", None),
    "spawn": ("make a task that does nothing and await it", None),
    "call1": ("await a coroutine", None),
    "call20": ("await a chain of twenty coroutines", None),
    "gather1k": ("await a thousand tasks at once, for each", None),
    "timers": ("start a timer and cancel it, 10,000 pending", None),
    "queue1": ("an item through a queue of one place", None),
    "queue1024": ("an item through a queue of 1,024 places", None),
    "lock": ("a hundred tasks at a lock: enter, give way, leave", None),
    "sleep1m": ("a million tasks sleep for a second each", 1_000_000),
    "semaphore": ("a hundred tasks at ten permits: enter, give way, leave", None),
    "xthread": ("a thread asks the loop and waits for its answer, both on one processor", None),
    "tothread": ("the loop gives a thread something to do and awaits it, both on one processor", None),
    "channel": ("an item through a channel of 1,024 places between the loops of two threads", None),
    "cores1": ("as `spawn`, with one loop; time on the wall", None),
    "cores2": ("as `spawn`, with a loop on each of two processors; time on the wall", None),
    "timeout_unused": ("a limit of time around an await, which never runs out", None),
    "timeout_fires": ("a limit of time that runs out", 100_000),
    "cancel1": ("cancel a hundred thousand sleeping tasks, a coroutine deep each", 100_000),
    "cancel10": ("cancel a hundred thousand sleeping tasks, ten coroutines deep each", 100_000),
}
# The same with other numbers, for the plots.
WINDOWS = [100, 1_000, 100_000, 1_000_000]
SLEEPERS = [10_000, 100_000]
ROWS |= {f"timers-{window}": (f"start a timer and cancel it, {window:,} pending", None) for window in WINDOWS}
ROWS |= {f"sleep-{many}": (f"{many:,} tasks sleep for a second each", many) for many in SLEEPERS}
# Two threads that are meant to run at the same time.
ON_ALL_PROCESSORS = {"channel", "cores1", "cores2"}
LONGEST = 120.0


class MicroRow:
    group = "micro"
    kind = "micro"
    figure = "cpu_ns"
    unit = "ns"

    def __init__(self, name):
        self.name = name
        self.title, self.fixed = ROWS[name]
        self.program, _, number = name.partition("-")
        if self.program == "sleep":
            self.program = "sleep1m"
        self.window = int(number) if number and self.program == "timers" else None
        self.more = ["rss_b"] if self.program == "sleep1m" else []
        if self.program in ("cores1", "cores2"):
            self.figure = "wall_ns"

    def rounds(self, asked):
        # What always does as much does so long that more would say nothing new.
        return max(3, asked // 3) if self.fixed else asked

    def cost(self, seconds):
        """About how long a turn takes, in seconds."""
        return (3.0 if self.fixed else seconds) + 0.1

    def cost_to_open(self, _seconds):
        return 1.2 if self.program == "sleep1m" else 0.2

    def _more(self):
        return [str(self.window)] if self.window else []

    def small(self):
        """The words of a run that is long enough to count instructions in."""
        return [self.program, str(max(20_000, 2 * (self.window or 0)) if not self.fixed else 20_000), *self._more()]

    @contextlib.contextmanager
    def opened(self, words, of, seconds, quick):
        """What measures one turn, or None: it has no such row."""
        interpreted = of.name in ("asyncio", "uvloop")
        if self.fixed:
            # A tenth tells as much of what takes twenty times as long.
            count = max(1000, self.fixed // (50 if quick else 1) // (10 if interpreted else 1))
            tried = self._once(words, 1000, of)
        else:
            count = max(2_000 if interpreted else 20_000, 2 * (self.window or 0))
            if self.program in ("xthread", "tothread", "timeout_unused"):
                count = min(count, 1_000)
            tried = self._once(words, count, of)
            if tried:
                count = max(count, int(seconds * 1e9 / max(tried["wall_ns"], 1.0)) // 1000 * 1000)
        yield (lambda: self._once(words, count, of)) if tried else None

    def _once(self, words, count, of):
        on = None if self.program in ON_ALL_PROCESSORS else processes.MEASURED
        said = processes.run([*words, self.program, str(count), *self._more()], LONGEST, on)
        for line in said.splitlines():
            if line.startswith("RESULT "):
                found = {name: value for name, _, value in (word.partition("=") for word in line.split()[1:])}
                return {key: float(found[key]) for key in ("n", "cpu_ns", "wall_ns", "rss_b")}
        if "SKIP" in said:
            return None
        raise RuntimeError(f"{of.name} printed no result for {self.name}")


def rows():
    return [MicroRow(name) for name in ROWS]
