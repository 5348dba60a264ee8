"""Where the time goes in rows that Rota does not win: how much of it is the kernel's, and which functions have the rest."""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import contenders
import processes

MOST = 5
UNNAMED = "without a name"
BY_NAME = {each.name: each for each in contenders.ALL}


def of(row, results, field, peer):
    """A sentence or two about a row; says so where it could not be profiled."""
    if row.figure != "cpu_ns":
        return ""
    return _by_instructions(row, field) if row.kind == "micro" else _by_samples(row, results, field, peer)


def _by_instructions(row, field):
    """callgrind counts what runs outside of the kernel, in the same way each time."""
    words = field.command(BY_NAME["Rota"], row.kind)
    if not words or not shutil.which("callgrind_annotate"):
        return "Not profiled: there is no valgrind."
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "callgrind.out")
        try:
            # On epoll: valgrind holds up all threads while one of them is in a wait of io_uring's.
            subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *words, *row.small()],
                           env=dict(os.environ, ROTA_ENGINE="epoll"), capture_output=True, timeout=120, check=True)
            listed = subprocess.run(["callgrind_annotate", out], capture_output=True, text=True, timeout=60, check=True).stdout
        except (subprocess.SubprocessError, OSError) as error:
            return f"Not profiled: callgrind failed ({type(error).__name__})."
    found = collections.Counter()
    for line in listed.splitlines():
        if match := re.match(r"\s*[\d,]+ \(\s*([\d.]+)%\)\s+\S*?:(\S.*?)(?: \[(.*)\])?$", line):
            name = _plain(match[2])
            # A library without symbols is one name.
            found[pathlib.Path(match[3]).name if name == UNNAMED and match[3] else name] += float(match[1])
    if not found:
        return "Not profiled: callgrind told nothing."
    return "Instructions outside of the kernel, by callgrind on the engine epoll: " + _listed([(part, name) for name, part in found.items()]) + "."


def _by_samples(row, results, field, peer):
    """perf looks a few thousand times a second where the server is."""
    if not shutil.which("perf"):
        return "Not profiled: there is no perf."
    said = []
    for name in ("Rota", peer):
        words = field.command(BY_NAME[name], row.kind)
        median = results.median(row.name, name, row.figure)
        kernel, others = _samples(row, words) if words and median else (None, [])
        if kernel is None:
            return "Not profiled: perf could not look into the server."
        said.append(f"Of {name}'s {median:,.0f} ns {median * kernel:,.0f} are the kernel's" +
                    (f"; outside of it: {_listed(others)}" if name == "Rota" and others else "") + ".")
    return " ".join(said)


def _samples(row, words):
    """(the part of the samples that is the kernel's, [(percent, function), ...] of the rest); (None, []): it failed."""
    with tempfile.TemporaryDirectory() as folder, row.serving(words) as server, row.loading(server, 1.5) as generator:
        generator.say("")
        data = pathlib.Path(folder, "perf.data")
        try:
            subprocess.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", "4000", "-o", data, "-p", str(server.pid), "--",
                            "sleep", "1"], capture_output=True, timeout=30, check=True, preexec_fn=processes.pinned(processes.LOAD))
            listed = subprocess.run(["perf", "report", "-q", "--stdio", "-i", data, "--sort", "symbol"], capture_output=True,
                                    text=True, timeout=60, check=True).stdout
        except (subprocess.SubprocessError, OSError):
            return None, []
    kernel, others = 0.0, []
    for line in listed.splitlines():
        if match := re.match(r"\s*([\d.]+)%\s+\[([.k])\]\s+(.*\S)", line):
            if match[2] == "k":
                kernel += float(match[1])
            else:
                others.append((float(match[1]), _plain(match[3])))
    total = kernel + sum(percent for percent, _ in others)
    return (kernel / total, others) if total > 50 else (None, [])


def _plain(function):
    """Its name without what it is given and of what kind; perf's further columns stand behind."""
    name = re.split(r"\s{2,}", function.strip())[0].replace("(anonymous namespace)::", "").replace("rota::v0::", "")
    if name.startswith("0x"):
        return UNNAMED
    name = re.sub(r"\[clone .*", "", name)
    while (shorter := re.sub(r"<[^<>]*>", "", name)) != name:
        name = shorter
    return re.sub(r"\(.*", "", name).strip() or function[:60]


def _listed(found):
    most = sorted(found, reverse=True)[:MOST]
    return ", ".join(f"`{name}` {percent:.1f} %" for percent, name in most)
