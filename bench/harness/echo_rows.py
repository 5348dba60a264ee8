"""TCP echo: what the server has of its processor for each message, and how long the slowest hundredth takes. The load
runs on the other processor and never sleeps, so that its own waking up is in no figure."""
import contextlib

import processes

SIZES = [64, 1024, 16384, 65536]
CONNECTIONS = [1, 50, 1000, 10000]


class EchoRow:
    group = "echo"
    kind = "echo"
    figure = "cpu_ns"
    unit = "ns"
    more = ["p50_us", "p99_us", "per_second"]

    def __init__(self, size, connections):
        self.size, self.connections = size, connections
        self.name = f"echo-{size}-{connections}"
        self.title = f"{size:,} bytes over {connections:,} connection{'s' if connections != 1 else ''}"

    def cost(self, seconds):
        return 1.1 * self._at_least(seconds) + 0.15 + self.connections * 1e-4

    def _at_least(self, seconds):
        """Long enough for a few messages over each connection."""
        return max(seconds, self.connections * 5e-5)

    @contextlib.contextmanager
    def serving(self, words):
        port = processes.free_port()
        # The options that are common to all stand last.
        with processes.Running([*words, "--port", port], processes.MEASURED) as server:
            server.line("listening on")
            server.port = port
            yield server

    @contextlib.contextmanager
    def loading(self, server, seconds):
        """A load that is warm, and goes on for so long."""
        with processes.Running([self.places["bin"] / "echo-load", "--port", server.port, "--connections", self.connections,
                                "--size", self.size, "--seconds", seconds,
                                "--spin", int(len(processes.processors()) > 1)], processes.LOAD) as generator:
            generator.line("ready")
            yield generator

    def measure(self, words, of, seconds, _quick):
        seconds = self._at_least(seconds)
        with self.serving(words) as server, self.loading(server, seconds) as generator:
            before = processes.cpu_ns(server.pid)
            found = generator.fields()
            used = processes.cpu_ns(server.pid) - before
        messages = int(found["messages"])
        if messages == 0:
            raise RuntimeError(f"{of.name} answered nothing")
        return {"cpu_ns": used / messages, "per_second": messages / float(found["seconds"]),
                "p50_us": float(found["p50_us"]), "p99_us": float(found["p99_us"])}


def rows():
    return [EchoRow(size, connections) for size in SIZES for connections in CONNECTIONS]
