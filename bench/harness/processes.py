"""Programs that are measured: on which processor they run, what they have had of it, and how they are ended."""
import contextlib
import os
import pathlib
import resource
import select
import socket
import subprocess
import time

# What is measured runs on the first of the processors that this may use, the load on the second.
MEASURED, LOAD = 0, 1
LONGEST_SILENCE = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processors():
    return sorted(os.sched_getaffinity(0))


def pinned(which):
    """What a new process does first. Where there is one processor alone, all share it."""
    ours = processors()

    def settle():
        if which is not None:
            os.sched_setaffinity(0, {ours[which % len(ours)]})
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    return settle


def cpu_ns(pid):
    """What all threads of the process have had of the processor, those that have ended and the kernel's own for it
    included: its clock, which counts nanoseconds."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def settled_cpu_ns(pid):
    """The same once it has come to rest, so that what it does after an answer is in its own figure and in nobody else's turn."""
    before = cpu_ns(pid)
    for _ in range(50):
        time.sleep(0.001)
        now = cpu_ns(pid)
        if now == before:
            break
        before = now
    return before


def available_bytes():
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no memory: it has ended")


def pace_ns():
    """What a fixed piece of work takes on the processor for what is measured. A virtual one is slower where its host gives it
    less, and nothing else tells."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {processors()[MEASURED]})
    try:
        began = time.thread_time_ns()
        for _ in range(300_000):
            pass
        return time.thread_time_ns() - began
    finally:
        os.sched_setaffinity(0, before)


def run(words, seconds, on=MEASURED):
    """What a program prints that ends by itself."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=seconds, preexec_fn=pinned(on), check=False)
    return done.stdout


class Running:
    """A program that runs until it is left: its lines are read one by one."""

    def __init__(self, words, on):
        self.words = words
        # Its input stays open as long as it is wanted.
        self.process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, preexec_fn=pinned(on))
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        # What it was told and did not read goes with it.
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.stdout.close()

    def say(self, line):
        """A line of its input."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def line(self, begins):
        """Its next line, which must begin so."""
        if not select.select([self.process.stdout], [], [], LONGEST_SILENCE)[0]:
            raise RuntimeError(f"{self.words[0]} said nothing for {LONGEST_SILENCE} s where {begins!r} was awaited")
        line = self.process.stdout.readline().strip()
        if not line.startswith(begins):
            raise RuntimeError(f"{self.words[0]} said {line!r} where {begins!r} was awaited")
        return line

    def fields(self, begins="RESULT"):
        """Its next line as what stands in it by name."""
        return {name: value for name, _, value in (word.partition("=") for word in self.line(begins).split()[1:])}
