"""The rows of servers that a load talks to: what they have of their processor for each message or connection, how long the
slowest hundredth takes, and what a connection takes of memory. The load runs on the other processor and never sleeps, so
that its own waking up is in no figure. All servers of a row are up at once, each with a load that is warm; they work in turns,
so that whatever happens to the machine happens to all of them. Only for `idle` a server is begun anew in each turn."""
import contextlib
import subprocess
import tempfile

import processes

SIZES = [64, 1024, 16384, 65536]
CONNECTIONS = [1, 50, 1000, 10000]
DATAGRAMS = [(64, 1), (64, 50), (1024, 50)]
SECURED = [(64, 1), (64, 50), (1024, 50), (16384, 50)]
HELD = 10_000


class ServerRow:
    """What all of them share: a server that says where it listens, and a load that says when it is warm."""
    figure = "cpu_ns"
    unit = "ns"
    more = ["p50_us", "p99_us", "per_second"]
    places: dict

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
        """A load that is warm, and takes turns of so long."""
        with processes.Running([*self.load(seconds), "--port", server.port], processes.LOAD) as generator:
            generator.line("ready")
            yield generator

    def load(self, seconds):
        raise NotImplementedError

    def at_least(self, seconds):
        return seconds

    def rounds(self, asked):
        return asked

    def cost(self, seconds):
        """About how long a turn takes, in seconds."""
        return self.at_least(seconds) + 0.03

    def cost_to_open(self, seconds):
        return 0.5

    @contextlib.contextmanager
    def opened(self, words, of, seconds, _quick):
        """What measures one turn."""
        with self.serving(words) as server, self.loading(server, self.at_least(seconds)) as generator:
            def turn():
                before = processes.cpu_ns(server.pid)
                generator.say("")
                found = generator.fields()
                used = processes.settled_cpu_ns(server.pid) - before
                messages = int(found["messages"])
                if messages == 0:
                    raise RuntimeError(f"{of.name} answered nothing")
                return {"cpu_ns": used / messages, "per_second": messages / float(found["seconds"]),
                        "p50_us": float(found["p50_us"]), "p99_us": float(found["p99_us"])}

            yield turn


class MessageRow(ServerRow):
    """Messages of one size there and back, over so many connections at once: `echo` over TCP, `udp` by datagrams."""

    def __init__(self, kind, size, connections):
        self.kind = self.group = kind
        self.size, self.connections = size, connections
        self.name = f"{kind}-{size}-{connections}"
        over = "socket" if kind == "udp" else "connection"
        self.title = f"{size:,} bytes over {connections:,} {over}{'s' if connections != 1 else ''}"

    def load(self, seconds):
        return [self.places["bin"] / f"{self.kind}-load", "--connections", self.connections, "--size", self.size,
                "--seconds", seconds, "--spin", int(len(processes.processors()) > 1)]

    def at_least(self, seconds):
        """Long enough for a few messages over each connection."""
        return max(seconds, self.connections * 5e-5)

    def rounds(self, asked):
        # Ten thousand connections take their time.
        return asked if self.connections < 10_000 else max(3, asked // 2)

    def cost_to_open(self, seconds):
        return super().cost_to_open(seconds) + self.connections * 1e-4

    @contextlib.contextmanager
    def opened(self, words, of, seconds, quick):
        # Of ten thousand connections each has two sockets in the kernel, and some servers a buffer for the largest message.
        needed = self.connections * 100_000
        if processes.available_bytes() < needed:
            raise RuntimeError(f"{self.connections:,} more connections want {needed / 1e9:.0f} GB of memory")
        with super().opened(words, of, seconds, quick) as turn:
            yield turn


class SecuredRow(MessageRow):
    """Over TLS, with a certificate that is made for the purpose."""
    _own = None

    def __init__(self, size, connections):
        super().__init__("tls", size, connections)

    @contextlib.contextmanager
    def serving(self, words):
        with super().serving([*words, *self._certificate()]) as server:
            yield server

    @classmethod
    def _certificate(cls):
        """The words that name it to a server."""
        if cls._own is None:
            cls._own = tempfile.TemporaryDirectory()
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "7",
                            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                            "-keyout", f"{cls._own.name}/key.pem", "-out", f"{cls._own.name}/cert.pem"],
                           check=True, capture_output=True)
        return ["--cert", f"{cls._own.name}/cert.pem", "--key", f"{cls._own.name}/key.pem"]


class ConnectRow(ServerRow):
    name, title = "connect", "connect, 64 bytes there and back, end"
    group, kind = "connections", "echo"
    more = ["per_second"]

    def load(self, seconds):
        return [self.places["bin"] / "connect-load", "--seconds", seconds]


class IdleRow(ServerRow):
    name, title = "idle", f"what one of {HELD:,} connections takes of memory that have been used once"
    group, kind = "connections", "echo"
    figure, unit, more = "bytes", "bytes", []

    def load(self, _seconds):
        return [self.places["bin"] / "connect-load", "--hold", HELD]

    def rounds(self, _asked):
        return 3

    def cost(self, _seconds):
        return 2.0

    def cost_to_open(self, _seconds):
        return 0.0

    @contextlib.contextmanager
    def opened(self, words, _of, seconds, _quick):
        def turn():
            with self.serving(words) as server:
                before = processes.resident_bytes(server.pid)
                with self.loading(server, seconds):
                    return {"bytes": (processes.resident_bytes(server.pid) - before) / HELD}

        yield turn


def rows():
    return [*(MessageRow("echo", size, connections) for size in SIZES for connections in CONNECTIONS),
            *(MessageRow("udp", size, sockets) for size, sockets in DATAGRAMS),
            *(SecuredRow(size, connections) for size, connections in SECURED), ConnectRow(), IdleRow()]
