"""Unix sockets and UDP against Python's asyncio, on both sides, on each real engine."""
import asyncio
import os
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path(os.environ["ROTA_BIN"]) / "echo_local"
LIMIT = 60


class Messages(asyncio.DatagramProtocol):
    """Keeps what comes; an echo sends it back."""

    def __init__(self, echo):
        self.echo = echo
        self.got = asyncio.Queue()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.got.put_nowait(data)
        if self.echo:
            self.transport.sendto(data, address)


async def python_asks(engine, path):
    """Rota serves."""
    program = await asyncio.create_subprocess_exec(
        PROGRAM, "serve", path, stdout=subprocess.PIPE, env={**os.environ, "ROTA_ENGINE": engine})
    try:
        port = int(await program.stdout.readline())
        reader, writer = await asyncio.open_unix_connection(path)
        for size in (1, 1000, 60_000):
            line = b"x" * (size - 1) + b"\n"
            writer.write(line)
            assert await reader.readexactly(size) == line
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        _, messages = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Messages(False), remote_addr=("127.0.0.1", port))
        for message in (b"a message", b"", b"x" * 60_000, b"bye"):
            messages.transport.sendto(message)
            # Before 3.13 asyncio sends no message without bytes.
            if message or sys.version_info >= (3, 13):
                assert await messages.got.get() == message
        messages.transport.close()
        assert await program.wait() == 0
        assert not os.path.exists(path), "the server left its file"
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()


async def python_answers(engine, path):
    """Rota asks."""
    async def echo(reader, writer):
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(echo, path)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Messages(True), local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    program = await asyncio.create_subprocess_exec(
        PROGRAM, "ask", path, str(port), stdout=subprocess.PIPE, env={**os.environ, "ROTA_ENGINE": engine})
    try:
        said, _ = await program.communicate()
        assert said == b"over a Unix socket\nover UDP\n", said
        assert program.returncode == 0
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
        transport.close()
        server.close()


async def main():
    for engine in ("uring", "epoll"):
        for each in (python_asks, python_answers):
            with tempfile.TemporaryDirectory() as folder:
                await asyncio.wait_for(each(engine, os.path.join(folder, "echo.sock")), LIMIT)
            print(f"{engine}: {each.__name__}")


asyncio.run(main())
