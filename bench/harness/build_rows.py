"""What a program that sleeps and says hello costs to be built, and how large it gets."""
import contextlib
import pathlib
import resource
import subprocess
import tempfile


def built(words, name):
    """Seconds of processor time, and the bytes of what came out."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, name)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*words, "-o", out], check=True, capture_output=True, timeout=300)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return seconds, out.stat().st_size


class BuildRow:
    group, kind, more = "build", "build", []

    def rounds(self, _asked):
        return 3

    def cost(self, _seconds):
        return 5.0

    def cost_to_open(self, _seconds):
        return 0.0

    @contextlib.contextmanager
    def opened(self, words, _of, _seconds, _quick):
        yield lambda: self.measure(words)

    def measure(self, words):
        raise NotImplementedError


class CompileRow(BuildRow):
    figure, unit = "seconds", "s"

    def __init__(self, level):
        self.level = level
        self.name, self.title = f"compile-{level}", f"compile a program that sleeps and says hello, at -{level}"

    def measure(self, words):
        return {"seconds": built([*words, f"-{self.level}", "-c"], "hello.o")[0]}


class SizeRow(BuildRow):
    figure, unit = "bytes", "bytes"
    name, title = "size", "the same program at -O2, without its symbols"

    def measure(self, words):
        return {"bytes": built([*words, "-O2", "-s"], "hello")[1]}


def rows():
    return [CompileRow("O0"), CompileRow("O2"), SizeRow()]
