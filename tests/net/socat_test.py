"""Unix sockets and UDP against socat and `nc -u`, on each real engine: Rota serves them, and asks them."""
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time

PROGRAM = pathlib.Path(os.environ["ROTA_BIN"]) / "echo_local"
LIMIT = 60


class Running:
    """A program that is stopped at the end, whatever happens."""

    def __init__(self, *command, **how):
        self.process = subprocess.Popen(command, **how)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


def with_engine(engine):
    return {**os.environ, "ROTA_ENGINE": engine}


def lines():
    """A mebibyte of lines, none longer than a stream takes."""
    of = random.Random(1)
    return b"".join(of.randbytes(length).hex().encode() + b"\n" for length in [0, 1, 20_000] + [2000] * 260)


def they_ask(engine, path):
    with Running(PROGRAM, "serve", path, stdout=subprocess.PIPE, env=with_engine(engine)) as server:
        port = int(server.stdout.readline())
        sent = lines()
        got = subprocess.run(["socat", "-t", str(LIMIT), "-", f"UNIX-CONNECT:{path}"], input=sent, capture_output=True,
                             timeout=LIMIT, check=True).stdout
        assert got == sent, f"{len(got)} bytes of {len(sent)} came back"
        # What comes through a pipe in one write is one message; nc leaves a second after the end of its input.
        for message in (b"a message\n", b"x" * 1400):
            got = subprocess.run(["nc", "-u", "-w", "1", "127.0.0.1", str(port)], input=message, capture_output=True,
                                 timeout=LIMIT, check=False).stdout
            assert got == message, got
        got = subprocess.run(["socat", "-t", "1", "-", f"UDP4:127.0.0.1:{port}"], input=b"bye", capture_output=True,
                             timeout=LIMIT, check=True).stdout
        assert got == b"bye", got
        assert server.wait(LIMIT) == 0


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def is_bound(port):
    return f" 0100007F:{port:04X} " in pathlib.Path("/proc/net/udp").read_text()


def they_answer(engine, path):
    port = free_port()
    with (Running("socat", f"UNIX-LISTEN:{path},fork", "EXEC:cat"),
          Running("socat", f"UDP4-RECVFROM:{port},bind=127.0.0.1,fork", "PIPE")):
        until = time.monotonic() + LIMIT
        while not (os.path.exists(path) and is_bound(port)):
            assert time.monotonic() < until, "socat does not listen"
            time.sleep(0.01)
        said = subprocess.run([PROGRAM, "ask", path, str(port)], capture_output=True, timeout=LIMIT, check=True,
                              env=with_engine(engine)).stdout
        assert said == b"over a Unix socket\nover UDP\n", said


def main():
    for tool in ("socat", "nc"):
        if not shutil.which(tool):
            sys.exit(f"there is no {tool}; script/bootstrap --test installs it")
    for engine in ("uring", "epoll"):
        for each in (they_ask, they_answer):
            with tempfile.TemporaryDirectory() as folder:
                each(engine, os.path.join(folder, "echo.sock"))
            print(f"{engine}: {each.__name__}")


main()
