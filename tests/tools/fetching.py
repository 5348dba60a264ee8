"""What the tests of `rota fetch` have in common: running it, files to serve, and what must hold afterwards."""

import os
import random
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

BIN = Path(os.environ["ROTA_BIN"])
PROGRAM = str(BIN / "rota")
# Failures are lines of their own; how far it is comes in between when it takes long.
PROGRESS = re.compile(r"[\d,]+ of [\d,]+ pages, [\d,]+ failed, [\d,]+ at once, .*/s")


def fetch(*arguments, timeout=100, **more):
    return subprocess.run([PROGRAM, "fetch", *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          errors="surrogateescape", **{"stdin": subprocess.DEVNULL, **more})


def figures(printed):
    """The summary as numbers."""
    found = re.fullmatch(r"pages         ([\d,]+) ok, ([\d,]+) failed\n"
                         r"bytes         ([\d,]+)\n"
                         r"seconds       ([\d.]+)\n"
                         r"most at once  ([\d,]+)\n"
                         r"threads       ([\d,]+)\n"
                         r"peak memory   ([\d.]+) MiB\n", printed)
    assert found, f"no summary: {printed!r}"
    names = ("ok", "failed", "bytes", "seconds", "most_at_once", "threads", "memory")
    return dict(zip(names, (float(number.replace(",", "")) for number in found.groups())))


def make_files(folder, sizes):
    """Files of these sizes, each with content of its own that looks random; gives their names."""
    source = random.Random(1)
    block = source.randbytes(1 << 22)
    folder.mkdir()
    names = []
    for number, size in enumerate(sizes):
        name = f"file-{number}.bin"
        with open(folder / name, "wb") as file:
            left = size
            while left:
                at = source.randrange(len(block) // 2)
                part = block[at:at + min(left, len(block) // 2)]
                file.write(part)
                left -= len(part)
        names.append(name)
    return names


def differing(names, served, fetched):
    """Which of them are not the same on both sides, byte for byte."""
    def same(name):
        try:
            return (served / name).read_bytes() == (fetched / name).read_bytes()
        except FileNotFoundError:
            return False
    return [name for name in names if not same(name)]


class FetchTest(unittest.TestCase):
    maxDiff = 10000

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="rota-fetch-"))
        self.addCleanup(shutil.rmtree, self.root)

    def write_urls(self, urls, name="urls"):
        path = self.root / name
        path.write_text("".join(f"{url}\n" for url in urls))
        return path

    def check_failures(self, told, expected):
        """Each URL of `expected` has one line that says why, and nothing else was said."""
        lines = [line for line in told.splitlines() if not PROGRESS.fullmatch(line)]
        said = {}
        for line in lines:
            url, _, why = line.partition(": ")
            if url in said or url not in expected:
                self.fail(f"one line too many: {line}")
            said[url] = why
        self.assertEqual(sorted(expected.keys() - said.keys()), [], "not told")
        for url, why in expected.items():
            self.assertRegex(said[url], f"^({why})", url)
