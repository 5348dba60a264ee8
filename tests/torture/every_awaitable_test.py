"""Each awaitable of the public headers is tortured: names found in the headers against those that the tests here give."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "script"))
from public_names import awaitable_name, declarations, without_comments  # noqa: E402

AREAS = ("core", "combine", "sync", "io", "net", "fs", "http", "process", "signal", "thread", "tls")


def awaitables():
    names = set()
    for area in AREAS:
        for header in sorted((ROOT / "include/rota" / area).glob("*.hpp")):
            for declared in declarations(header):
                name = awaitable_name(declared.head) if declared.public else None
                if name:
                    names.add(".".join([*declared.classes[-1:], name]))
    # Not public by name: what all queues have in common. And what can be awaited, but is a handle first.
    queue = without_comments((ROOT / "include/rota/sync/queue.hpp").read_text())
    for found in re.finditer(r"\[\[nodiscard\]\]\s+\w+_awaiter<\w+>\s+(\w+)\(", queue):
        names.add("queue." + found[1])
    names.add("create_task")
    return names


def tortured():
    names = set()
    for source in sorted(pathlib.Path(__file__).parent.glob("*_test.cpp")):
        for listed in re.findall(r'\btorture<.*?>\(\s*"([^"]+)"', source.read_text(), re.S):
            listed = listed.partition("/")[0]
            names.update(name.strip() for name in listed.split(","))
    return names


def main():
    there, done = awaitables(), tortured()
    for name in sorted(there - done):
        print(f"{name} is awaitable, and no scenario in tests/torture tortures it")
    for name in sorted(done - there):
        print(f"{name} is tortured by tests/torture, and no public header has it")
    if len(there) < 40:
        print(f"only {len(there)} awaitables were found in the headers: {sorted(there)}")
        return 1
    print(f"{len(there)} awaitables: {', '.join(sorted(there))}")
    return 1 if there != done else 0


sys.exit(main())
