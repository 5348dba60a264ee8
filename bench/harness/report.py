"""docs/performance.md and the plots beside it, out of what was measured; of words written by hand it has those of remedies.py."""
import pathlib

import contenders
import micro_rows
import plots
import remedies
import server_rows
import tables
from tables import NAMES, number

# What lies closer together than this is level: so much the same program differs from round to round.
LEVEL = 0.04

HOW = """All servers of a row are up at once, and take turns of a fraction of a second, {rounds}; what is no
server runs anew in each turn. What counts is *processor time*: of the process's own clock, which counts nanoseconds and what the
kernel does for it; wall time says little on a machine that does anything else besides. A cell shows the median of the rounds; the
first table shows the least too, since whatever disturbs only ever adds. In brackets: how often the floor's figure, the best of the
programs by hand. A ratio is that of one round, in which the two had the same machine, and of all rounds the median. So it may
differ from that of the two medians beside it. Figures less than {level} % apart are level."""

PACE = """How fast the processor is was looked at before each round: in the median one at {median:.0%} of its best pace, in the slowest
at {slowest:.0%}. Ratios of one program under two names, as of `Rota` and the engine that it takes, show what that does to them."""

FLOORS = """A program *by hand* (`bench/floors/`) is what the work itself takes: bare coroutines or a bare loop, without
cancellation, errors, tasks that can be seen, or limits. Peers (`bench/peers/`) are written as their own documentation writes it."""

ECHO = """The server has the first processor, a load that never sleeps the second. At one connection the server waits for each
message, so that going to sleep and waking up is in its figure. `Rota` is what `rota::run` takes by itself; the two rows below it
are its engines by name."""

CORE = """Processor time for each operation, in nanoseconds; of `cores1` and `cores2` the time on the wall. In Go a call needs no
coroutine, so that `call1` and `call20` are calls of functions there."""

CONNECTIONS = """`connect`: fifty at a time connect, have a message echoed and are reset. `idle`: each has had a message echoed, and
is kept; what the kernel keeps for it is not in the figure."""

NOT_PROFILED = "Not profiled."

REPEAT = """Again, on any Debian 12: `{command}`. It installs and builds what it needs, and takes about {minutes:.0f} minutes."""


def verdict(results, row):
    """How Rota stands in a row, with the engine that it takes by itself: (word, sentence or None)."""
    rota = results.best(row.name, ["Rota"], row.figure)
    peer = results.best(row.name, NAMES["peer"], row.figure)
    if not rota or not peer:
        return ("alone", None)
    times = results.ratio(row.name, rota[0], peer[0], row.figure)
    if times is None:
        return ("alone", None)
    if times <= 1 - LEVEL:
        return ("first", None)
    if times <= 1 + LEVEL:
        return ("level", f"level with {peer[0]} ({number(rota[1])} and {number(peer[1])} {row.unit})")
    how = f"{(times - 1) * 100:.0f} % more" if times < 2 else f"{number(times)} times as much"
    return ("behind", f"{peer[0]} takes {number(peer[1])} {row.unit}, {rota[0]} {number(rota[1])}: {how}")


def cell(results, row, name, figure):
    median = results.median(row, name, figure)
    if median is None:
        return "-"
    floor = results.best(row, NAMES["floor"], figure)
    times = results.ratio(row, name, floor[0], figure) if floor else None
    return number(median) + (f" ({times:.2f})" if times is not None else "")


def present(results, rows):
    there = {name for row in rows for name in results.rows.get(row.name, {})}
    return [each.name for each in contenders.ALL if each.name in there]


def matrix(results, rows, first, figure=None):
    """The rows that have this figure; without one, each with its own."""
    rows = [row for row in rows
            if any(results.median(row.name, each.name, figure or row.figure) is not None for each in contenders.ALL)]
    names = present(results, rows)
    return tables.table([first, *names], [[row_name(row), *(cell(results, row.name, name, figure or row.figure) for name in names)]
                                          for row in rows])


def row_name(row):
    return f"`{row.name}`"


def spread_table(results, rows):
    """Least and median of Rota and of the best peer, and the ratios that follow."""
    lines = []
    for row in rows:
        rota = results.best(row.name, ["Rota"], row.figure)
        if not rota:
            continue
        floor = results.best(row.name, NAMES["floor"], row.figure)
        peer = results.best(row.name, NAMES["peer"], row.figure)

        def both(found, row=row):
            return f"{number(results.least(row.name, found[0], row.figure))} / {number(found[1])}" if found else "-"

        lines.append([row_name(row), row.title, row.unit, both(floor), both(rota), tables.ratio(results, row, "Rota", floor),
                      peer[0] if peer else "-", both(peer), tables.ratio(results, row, "Rota", peer)])
    return tables.table(["row", "what", "unit", "by hand", "Rota", "x floor", "best peer", "its", "x peer"], lines)


def series(results, rows, x_of, figure):
    """For a plot: each contender's points, in the order of x."""
    names = present(results, rows)
    return [(name, [(x_of(row), median) for row in sorted(rows, key=x_of)
                    if (median := results.median(row.name, name, figure))]) for name in names]


def draw(results, folder):
    """The plots that there are figures for: [(title, file name), ...]."""
    echo = {(row.size, row.connections): row for row in server_rows.rows() if row.group == "echo"}
    micro = micro_rows.rows()
    wanted = [
        ("echo_connections", "Echo of 64 bytes: processor time for each message", "connections", "ns",
         series(results, [row for (size, _), row in echo.items() if size == 64], lambda row: row.connections, "cpu_ns")),
        ("echo_size", "Echo over 50 connections: processor time for each message", "bytes in a message", "ns",
         series(results, [row for (_, many), row in echo.items() if many == 50], lambda row: row.size, "cpu_ns")),
        ("timers", "Start a timer and cancel it", "timers pending", "ns",
         series(results, [row for row in micro if row.program == "timers"], lambda row: row.window or 10_000, "cpu_ns")),
        ("sleepers", "A task that sleeps: room it takes", "tasks", "bytes",
         series(results, [row for row in micro if row.program == "sleep1m"], lambda row: row.fixed, "rss_b")),
    ]
    drawn = []
    for name, title, across, upwards, of in wanted:
        picture = plots.lines(title, across, upwards, of)
        if picture:
            (folder / f"{name}.svg").write_text(picture)
            drawn.append((title, f"{folder.name}/{name}.svg"))
    return drawn


def rounds_line(results):
    """From how few to how many each contender had."""
    counts = {len(each) for of in results.rows.values() for each in of.values()}
    return f"{min(counts)} to {max(counts)} rounds of them" if len(counts) > 1 else f"{max(counts)} of them each"


def pace_line(results):
    pace = results.pace()
    return [PACE.format(median=pace[0], slowest=pace[1])] if pace else []


def write(results, rows, path):
    path = pathlib.Path(path)
    folder = path.parent / path.stem
    folder.mkdir(parents=True, exist_ok=True)
    stand = {row.name: verdict(results, row) for row in rows if row.name in results.rows}
    count = {word: sum(each[0] == word for each in stand.values()) for word in ("first", "level", "behind")}
    page = ["# Performance", "",
            f"Measured on {results.when} on {results.processor}, {results.processors} processors, Linux {results.kernel}, by",
            f"`{results.command}`, in {results.seconds / 60:.0f} minutes. This page is written by that command and by nothing else.",
            "With " + ", ".join(f"{name} {version}" for name, version in results.versions.items()) + ".", "",
            f"Of {sum(count.values())} rows that a peer has too, Rota is first in {count['first']}, level with the best peer in "
            f"{count['level']}, behind it in {count['behind']}.", "",
            HOW.format(level=round(LEVEL * 100), rounds=rounds_line(results)), *pace_line(results), "", FLOORS, "",
            REPEAT.format(command=results.command, minutes=results.seconds / 60), "",
            "## Against the floor and the best peer", "",
            "Least and median of the rounds.", "", spread_table(results, rows), ""]
    for group, title, text, figures in (
            ("micro", "The core", CORE, (("", None),)),
            ("echo", "TCP echo", ECHO, (("Processor time of the server for each message, in nanoseconds:", "cpu_ns"),
                                        ("99th percentile of a message's way there and back, in microseconds:", "p99_us"))),
            ("udp", "UDP echo", "As over TCP; each socket has one datagram on its way.", (
                ("Processor time of the server for each datagram, in nanoseconds:", "cpu_ns"),
                ("99th percentile of a datagram's way there and back, in microseconds:", "p99_us"))),
            ("tls", "TLS echo", "As over TCP, by TLS 1.3 with AES-128-GCM, once the handshakes are done.", (
                ("Processor time of the server for each message, in nanoseconds:", "cpu_ns"),
                ("99th percentile of a message's way there and back, in microseconds:", "p99_us"))),
            ("connections", "Connections", CONNECTIONS, (
                ("Processor time of the server for each connection, in nanoseconds:", "cpu_ns"),
                ("Memory of the server for each connection that is held, in bytes:", "bytes"))),
            ("build", "Building", "A program that sleeps for a millisecond and says hello, linked with the static library.", (
                ("Processor time of the compiler, in seconds:", "seconds"), ("Size of the program, in bytes:", "bytes")))):
        own = [row for row in rows if row.group == group and row.name in results.rows]
        if not own:
            continue
        page += [f"## {title}", "", text, ""]
        for caption, figure in figures:
            page += [*([caption, ""] if caption else []), matrix(results, own, "row", figure), ""]
    for row in rows:
        if row.name == "sleep1m" and row.name in results.rows:
            page += ["A task that sleeps, its timer and its handle included, in bytes of memory:", "",
                     matrix(results, [row], "row", "rss_b"), ""]
    drawn = draw(results, folder)
    if drawn:
        page += ["## Plots", "", *(f"![{title}]({name})\n" for title, name in drawn)]
    behind = [row for row in rows if stand.get(row.name, ("", None))[0] in ("level", "behind")]
    page += ["## Where Rota is not first", ""]
    for row in behind:
        remedy = remedies.of(row.name) if stand[row.name][0] == "behind" else ""
        said = [f"{stand[row.name][1]}.", results.profiles.get(row.name, NOT_PROFILED), remedy]
        page += [f"- `{row.name}`, {row.title}: {' '.join(each for each in said if each)}"]
    if not behind:
        page += ["Nowhere."]
    path.write_text("\n".join(page).rstrip() + "\n")
