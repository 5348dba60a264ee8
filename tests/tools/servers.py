"""Servers on loopback for the tests of `rota fetch`: nginx, Python's own, and one that does what servers should not.

Each is a context manager; on leaving it the server is stopped by its process id or closed.
"""

import os
import shutil
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

MOST_SECONDS = 110


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_listens(port, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.02)
    return False


class ServerProcess:
    """A server that listens on a port it is told; another port where somebody was quicker."""

    def __enter__(self):
        for _ in range(5):
            self.port = free_port()
            self.process = subprocess.Popen(["timeout", str(MOST_SECONDS), *self.command()], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if wait_until_it_listens(self.port, self.process):
                self.url = f"http://127.0.0.1:{self.port}"
                return self
            self.stop()
        raise RuntimeError(f"did not start: {self.command()}")

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Nginx(ServerProcess):
    def __init__(self, files, prefix):
        self.files = files
        self.prefix = Path(prefix)
        self.program = shutil.which("nginx", path="/usr/sbin:" + os.environ.get("PATH", ""))
        if self.program is None:
            raise unittest.SkipTest("no nginx here; script/bootstrap --test installs it")

    def command(self):
        self.prefix.mkdir(exist_ok=True)
        (self.prefix / "nginx.conf").write_text(f"""
            daemon off;
            master_process off;
            pid {self.prefix}/nginx.pid;
            error_log {self.prefix}/error.log;
            worker_rlimit_nofile 8192;
            events {{ worker_connections 4096; }}
            http {{
                access_log off;
                default_type application/octet-stream;
                sendfile on;
                keepalive_requests 50;
                client_body_temp_path {self.prefix}/body;
                proxy_temp_path {self.prefix}/proxy;
                fastcgi_temp_path {self.prefix}/fastcgi;
                uwsgi_temp_path {self.prefix}/uwsgi;
                scgi_temp_path {self.prefix}/scgi;
                server {{
                    listen 127.0.0.1:{self.port} backlog=4096;
                    root {self.files};
                }}
            }}
            """)
        return [self.program, "-p", str(self.prefix), "-e", f"{self.prefix}/error.log", "-c",
                f"{self.prefix}/nginx.conf"]


class PythonServer(ServerProcess):
    """By itself it lets five connections wait: the kernel drops what more there is, and asks again after a second, three, seven."""

    PROGRAM = """
import functools, http.server, sys
http.server.ThreadingHTTPServer.request_queue_size = 256
serve = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), serve).serve_forever()
"""

    def __init__(self, files):
        self.files = files

    def command(self):
        return [sys.executable, "-c", self.PROGRAM, str(self.files), str(self.port)]


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class BadServer:
    """What each path does is in `answer`; BAD says what `rota fetch` must say to it, as a regular expression."""

    BAD = {
        "/reset": r"receive from 127\.0\.0\.1:\d+: Connection reset by peer",
        "/truncated": r"the connection ended after 500 of 1000 bytes",
        "/truncated-chunks": r"the connection ended after 5 bytes, before the last chunk",
        "/truncated-head": r"the connection ended within the header fields",
        "/no-answer": r"the server closed the connection without an answer",
        "/silent": r"timed out after [\d.]+ s, before the answer came",
        "/slow": r"timed out after [\d.]+ s, \d+ bytes had come",
        "/endless": r"(the body is larger than the \d+ bytes that are allowed|timed out after [\d.]+ s, \d+ bytes had come)",
        "/announced": r"the body is larger than the \d+ bytes that are allowed",
        "/two-lengths": r"more than one Content-Length",
        "/smuggled": r"both Content-Length and Transfer-Encoding",
        "/folded": r"a header field is folded over lines: ' b'",
        "/no-http": r"the answer is not HTTP: it begins with 'SSH-2\.0-OpenSSH'",
        "/long-head": r"the header fields are larger than 65536 bytes",
        "/bad-chunk": r"a bad chunk size: '0x5'",
        "/gone": r"status 410 Gone",
        "/broken": r"status 500 Oh\\xe9",
        "/moved": r"status 301 Moved, which leads to http://127\.0\.0\.1/elsewhere; redirects are not followed yet",
    }

    def __enter__(self):
        self.stopped = threading.Event()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                self.request.settimeout(30)
                try:
                    received = b""
                    while not received.endswith(b"\r\n\r\n"):
                        more = self.request.recv(65536)
                        if not more:
                            return
                        received += more
                    outer.answer(self.request, received.split(b" ")[1].decode().split("?")[0])
                except OSError:
                    pass

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def until_stopped(self, connection, step, pause):
        deadline = time.monotonic() + 60
        while not self.stopped.wait(pause) and time.monotonic() < deadline:
            connection.sendall(step)

    def answer(self, connection, path):
        ok = b"HTTP/1.1 200 OK\r\n"
        sized = ok + b"Content-Length: 1000\r\n\r\n"
        chunked = ok + b"Transfer-Encoding: chunked\r\n\r\n"
        if path == "/reset":
            connection.sendall(sized + b"x" * 500)
            reset(connection)
        elif path == "/silent":
            self.stopped.wait(60)
        elif path == "/slow":
            connection.sendall(sized)
            self.until_stopped(connection, b"x", 0.2)
        elif path == "/endless":
            connection.sendall(chunked)
            self.until_stopped(connection, b"10000\r\n" + b"x" * 65536 + b"\r\n", 0)
        else:
            connection.sendall({
                "/truncated": sized + b"x" * 500,
                "/truncated-chunks": chunked + b"5\r\nhello\r\n",
                "/truncated-head": ok + b"Server: x\r\n",
                "/no-answer": b"",
                "/announced": ok + b"Content-Length: 1000000000000\r\n\r\nx",
                "/two-lengths": ok + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                "/smuggled": ok + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "/folded": ok + b"A: a\r\n b\r\nContent-Length: 0\r\n\r\n",
                "/no-http": b"SSH-2.0-OpenSSH\r\n",
                "/long-head": ok + b"".join(b"A%d: %s\r\n" % (i, b"x" * 7000) for i in range(10)) + b"\r\n",
                "/bad-chunk": chunked + b"0x5\r\nhello\r\n0\r\n\r\n",
                "/gone": b"HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\ngone",
                "/broken": b"HTTP/1.1 500 Oh\xe9\r\nConnection: close\r\n\r\nbroken",
                "/moved": b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/elsewhere\r\nContent-Length: 0\r\n\r\n",
            }[path])


class ClosedPort:
    """A port that refuses: bound, so that nobody else gets it, and not listening."""

    def __enter__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        return self

    def __exit__(self, *_):
        self.socket.close()
