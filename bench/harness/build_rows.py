"""What a program that sleeps and says hello costs to be built, and how large it gets."""
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


class CompileRow:
    group, kind, figure, unit, more = "build", "build", "seconds", "s", []

    def __init__(self, level):
        self.level = level
        self.name, self.title = f"compile-{level}", f"compile a program that sleeps and says hello, at -{level}"

    def cost(self, _seconds):
        return 4.0

    def measure(self, words, _of, _seconds, _quick):
        return {"seconds": built([*words, f"-{self.level}", "-c"], "hello.o")[0]}


class SizeRow:
    group, kind, figure, unit, more = "build", "build", "bytes", "bytes", []
    name, title = "size", "the same program at -O2, without its symbols"

    def cost(self, _seconds):
        return 6.0

    def measure(self, words, _of, _seconds, _quick):
        return {"bytes": built([*words, "-O2", "-s"], "hello")[1]}


def rows():
    return [CompileRow("O0"), CompileRow("O2"), SizeRow()]
