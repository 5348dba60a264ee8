"""TCP echo, Rota beside hand-written loops and other libraries: processor time for each message, and how long the slowest
hundredth takes. Contenders take turns within each round, on a processor of their own, the load on another; what counts is the
least of the rounds, since whatever else runs on the machine only ever adds."""
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

# Name, program and its arguments; the first is the floor that the others are compared with.
CONTENDERS = [
    ("epoll by hand", ["echo-epoll"]),
    ("io_uring by hand", ["echo-uring"]),
    ("Rota", ["bench-echo"]),
    ("Rota, epoll", ["bench-echo", "--engine", "epoll"]),
    ("Rota, io_uring", ["bench-echo", "--engine", "uring"]),
    ("libuv", ["echo-libuv"]),
    ("Boost.Asio", ["echo-asio"]),
]
SIZES = [64, 1024, 16384, 65536]
CONNECTIONS = [1, 50, 1000]
SERVER, LOAD = 0, 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(which):
    """On the first or the second of the processors that this may run on; where there is one alone both share it."""
    ours = sorted(os.sched_getaffinity(0))
    return lambda: os.sched_setaffinity(0, {ours[which % len(ours)]})


def cpu_ns(pid):
    """What all threads of the process have had of the processor."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except FileNotFoundError:
            pass
    return total


def measure(programs, command, size, connections, seconds):
    """One contender in one cell: nanoseconds of processor time for each message, messages a second, p50 and p99."""
    port = free_port()
    # The options that are common to all stand last.
    server = subprocess.Popen([programs / command[0], *command[1:], "--port", str(port)],
                              stdout=subprocess.PIPE, text=True, preexec_fn=pinned(SERVER))
    try:
        if not server.stdout.readline().startswith("listening on"):
            raise RuntimeError(f"{command[0]} did not begin to listen")
        load = subprocess.Popen([programs / "echo-load", "--port", str(port), "--connections", str(connections),
                                 "--size", str(size), "--seconds", str(seconds)],
                                stdout=subprocess.PIPE, text=True, preexec_fn=pinned(LOAD))
        try:
            if load.stdout.readline() != "ready\n":
                raise RuntimeError(f"the load could not reach {command[0]}")
            before = cpu_ns(server.pid)
            result = load.stdout.readline()
            used = cpu_ns(server.pid) - before
            load.wait(10)
        finally:
            load.kill()
            load.wait()
        found = dict(part.split("=") for part in result.split()[1:])
        messages = int(found["messages"])
        if messages == 0:
            raise RuntimeError(f"{command[0]} answered nothing")
        return {"cpu_ns": used / messages, "per_second": messages / float(found["seconds"]),
                "p50_us": float(found["p50_us"]), "p99_us": float(found["p99_us"])}
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def present(programs):
    there = [(name, command) for name, command in CONTENDERS if (programs / command[0]).exists()]
    for name, command in CONTENDERS:
        if not (programs / command[0]).exists():
            print(f"echo: no {name} on this machine ({command[0]} was not built)", file=sys.stderr)
    return there


def run(programs, sizes, connections, rounds, seconds):
    """All rounds of all cells: {(size, connections): {contender: [measurement, ...]}}."""
    contenders = present(programs)
    cells = {(size, many): {name: [] for name, _ in contenders} for size in sizes for many in connections}
    done, all_of_them = 0, rounds * len(cells) * len(contenders)
    for round_number in range(rounds):
        for (size, many), results in cells.items():
            # Who comes first changes from round to round.
            turn = round_number % len(contenders)
            for name, command in contenders[turn:] + contenders[:turn]:
                results[name].append(measure(programs, command, size, many, seconds))
                done += 1
                if sys.stderr.isatty():
                    print(f"\recho: {done} of {all_of_them}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return cells


def show(cells):
    for (size, many), results in cells.items():
        print(f"\n{size} bytes, {many} connection{'s' if many != 1 else ''}")
        print(f"  {'':20} {'ns CPU':>9} {'median':>9} {'ratio':>6} {'p50 us':>8} {'p99 us':>8} {'a second':>10}")
        floor = None
        for name, measured in results.items():
            if not measured:
                continue
            least = min(each["cpu_ns"] for each in measured)
            floor = floor or least
            best = min(measured, key=lambda each: each["p99_us"])
            print(f"  {name:20} {least:9.0f} {statistics.median(each['cpu_ns'] for each in measured):9.0f} "
                  f"{least / floor:6.2f} {best['p50_us']:8.1f} {best['p99_us']:8.1f} "
                  f"{max(each['per_second'] for each in measured):10.0f}")


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().split("\n"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "an unknown processor"


def report(cells, command):
    """The same as a page: what it is, where and how it was measured, and the tables."""
    lines = ["# Performance", "",
             "TCP echo over loopback: nanoseconds of processor time that the server has for each message, the least of "
             "all rounds, and in brackets how that compares with the loop by hand on epoll; then the 99th percentile of a "
             "message's way there and back. Server and load have a processor each.", "",
             f"Measured on {time.strftime('%Y-%m-%d')} on {processor()}, {os.cpu_count()} processors, Linux "
             f"{os.uname().release}, by `{command}`. Written by that command: for other machines run it there.", ""]
    names = list(next(iter(cells.values())))
    for title, text in (
            ("Processor time for each message", lambda of, floor: f"{least(of):.0f} ({least(of) / floor:.2f})"),
            ("99th percentile, microseconds", lambda of, _: f"{min(each['p99_us'] for each in of):.0f}")):
        lines += [f"## {title}", "", "| bytes | connections | " + " | ".join(names) + " |",
                  "|--:|--:|" + "--:|" * len(names)]
        for (size, many), results in cells.items():
            floor = least(results[names[0]])
            lines.append(f"| {size} | {many} | " + " | ".join(text(results[name], floor) for name in names) + " |")
        lines.append("")
    return "\n".join(lines)


def least(measured):
    return min(each["cpu_ns"] for each in measured)


def save(cells, path):
    rows = [{"size": size, "connections": many, "contender": name, "rounds": measured}
            for (size, many), results in cells.items() for name, measured in results.items()]
    pathlib.Path(path).write_text(json.dumps({"when": time.strftime("%Y-%m-%d"), "machine": os.uname().release,
                                              "processors": os.cpu_count(), "echo": rows}, indent=1) + "\n")


def main(words):
    import argparse
    options = argparse.ArgumentParser(prog="script/bench echo", description=__doc__)
    options.add_argument("--programs", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options.add_argument("--quick", action="store_true", help="one round of a few cells, to see that it works")
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="bytes in a message")
    options.add_argument("--connections", type=int, nargs="+", default=CONNECTIONS)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=1.0, help="that each measurement takes")
    options.add_argument("--json", help="where to write every single measurement")
    options.add_argument("--report", help="where to write the tables as a page, such as docs/performance.md")
    asked = options.parse_args(words)
    if asked.quick:
        asked.sizes, asked.connections, asked.rounds, asked.seconds = [64], [1, 50], 1, 0.3
    cells = run(asked.programs, asked.sizes, asked.connections, asked.rounds, asked.seconds)
    show(cells)
    if asked.json:
        save(cells, asked.json)
    if asked.report:
        given = [word for word in words if word != "--programs" and word != str(asked.programs)]
        pathlib.Path(asked.report).write_text(report(cells, " ".join(["script/bench echo", *given])))


if __name__ == "__main__":
    main(sys.argv[1:])
