"""Rota's client against OpenSSL's server, Python's ssl and asyncio, and servers that misbehave."""

import asyncio
import socket
import ssl
import struct
import threading
import time
import unittest

import peers
from peers import Process, ask, path


def setUpModule():
    peers.make_authority()
    peers.issue("server")
    peers.issue("client", names="email:client@example.org")
    peers.issue("other", names="DNS:other.example,DNS:*.another.example")
    peers.issue("old", dates=("20200101000000Z", "20210101000000Z"))
    peers.make_authority("stranger")
    peers.issue("foreign", authority="stranger")
    peers.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                  "/CN=self", "-addext", "subjectAltName=DNS:localhost", "-keyout", "self.key", "-out", "self.pem")


class ThreadServer:
    """Python's ssl in a thread: `handle(connection)` for each connection, which is raw where `context` is None."""

    def __init__(self, handle, context=None):
        self.handle, self.context, self.failures = handle, context, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            raw.settimeout(30)
            try:
                with (self.context.wrap_socket(raw, server_side=True) if self.context else raw) as connection:
                    self.handle(connection)
            except OSError as error:
                self.failures.append(error)
                raw.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(20)


def server_context(name="server", **settings):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, **settings)
    context.load_cert_chain(path(f"{name}.pem"), path(f"{name}.key"))
    return context


def echo(connection):
    while data := connection.recv(1000):
        connection.sendall(data)
    try:
        connection.unwrap()
    except (OSError, ValueError):
        pass  # the client has closed


class AgainstOthers(unittest.TestCase):
    def test_openssl_s_server_of_both_versions(self):
        for version in ("1_2", "1_3"):
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = probe.getsockname()[1]
            with Process("openssl", "s_server", "-accept", port, "-cert", path("server.pem"), "-key",
                         path("server.key"), "-rev", f"-tls{version}") as server:
                server.wait_for("ACCEPT")
                told = ask(port, send="abc")
                self.assertEqual(told, [f"connected TLSv{version.replace('_', '.')} alpn= name=localhost new peer=CN=server",
                                        "answer cba", "", "closed"])

    def test_python_and_resumed_sessions(self):
        for version in ("1.2", "1.3"):
            context = server_context()
            context.set_alpn_protocols(["one", "two"])
            with ThreadServer(echo, context) as server:
                told = ask(server.port, version=version, alpn="two,three", times=3)
            connected = [line for line in told if line.startswith("connected")]
            self.assertEqual(connected, [f"connected TLSv{version} alpn=two name=localhost {how} peer=CN=server"
                                         for how in ("new", "resumed", "resumed")])
            self.assertEqual(server.failures, [])

    def test_asyncio(self):
        async def main():
            async def handle(reader, writer):
                writer.write(await reader.readline() + b"z" * 1_000_000)
                writer.close()
                await writer.wait_closed()

            server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=server_context())
            async with server:
                port = server.sockets[0].getsockname()[1]
                return await asyncio.to_thread(ask, port, rest="yes")

        told = asyncio.run(asyncio.wait_for(main(), 90))
        self.assertEqual(told[1:], ["answer hello", "", "rest 1000000", "closed"])

    def test_bad_certificates_are_named(self):
        for name, why in {
            "other": r"hostname mismatch, it is not for localhost but for other.example, \*.another.example "
                     r"\(certificate 0 of the chain: CN=other, issued by CN=authority\)",
            "old": r"certificate has expired, at Jan  1 00:00:00 2021 GMT \(certificate 0 of the chain: CN=old, "
                   r"issued by CN=authority\)",
            "foreign": r"unable to get local issuer certificate \(certificate 0 of the chain: CN=foreign, "
                       r"issued by CN=stranger\)",
            "self": r"self-signed certificate \(certificate 0 of the chain: CN=self\)",
        }.items():
            with ThreadServer(echo, server_context(name)) as server:
                told = ask(server.port)
            self.assertEqual(len(told), 1, told)
            self.assertRegex(told[0], rf"^error TLS handshake with 127.0.0.1:{server.port}: certificate verify failed: {why}$")
            # The server was told, too.
            self.assertRegex(str(server.failures), "alert")

    def test_client_certificates(self):
        context = server_context(cafile=path("authority.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        seen = []

        def handle(connection):
            seen.append(connection.getpeercert()["subject"])
            echo(connection)

        with ThreadServer(handle, context) as server:
            told = ask(server.port, cert=path("client.pem"), key=path("client.key"))
            self.assertEqual(told[1:], ["answer hello", "", "closed"])
            # It says nothing: Python would close over that, and reset its own alert away.
            told = ask(server.port, send="")
            self.assertIn("error receive from", told[-1])
            self.assertIn("certificate required", told[-1])
        self.assertEqual(seen, [((("commonName", "client"),),)])

    def test_an_end_without_close_notify_is_no_end(self):
        def cut_off(connection):
            connection.sendall(b"half\n" + connection.recv(100))
            time.sleep(0.1)
            socket.socket(fileno=connection.detach()).close()

        with ThreadServer(cut_off, server_context()) as server:
            told = ask(server.port, rest="yes")
        self.assertEqual(told[1:], ["answer half", "",
                                    f"error receive from 127.0.0.1:{server.port}: the connection ended without a "
                                    "close_notify; what came may be truncated"])

    def test_servers_that_do_not_speak_tls(self):
        def garbage(connection):
            connection.recv(1000)
            connection.sendall(b"220 mail.example.org ready\r\n")
            connection.recv(1000)

        def reset(connection):
            connection.recv(1000)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        def hang_up(connection):
            connection.recv(1000)

        for handle, why in ((garbage, "wrong version number (the peer seems not to speak TLS)"),
                            (reset, "Connection reset by peer"),
                            (hang_up, "the connection ended in the middle of the handshake")):
            with ThreadServer(handle) as server:
                self.assertEqual(ask(server.port), [f"error TLS handshake with 127.0.0.1:{server.port}: {why}"])

    def test_a_server_of_one_byte_at_a_time(self):
        def slowly(raw):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = server_context().wrap_bio(incoming, outgoing, server_side=True)

            def step(call):
                while True:
                    try:
                        result = call()
                    except ssl.SSLWantReadError:
                        result = None
                    for byte in outgoing.read():
                        raw.sendall(bytes([byte]))
                    if result is not None:
                        return result
                    incoming.write(raw.recv(1))

            step(lambda: tls.do_handshake() or True)
            line = step(lambda: tls.read(100))
            step(lambda: tls.write(line))
            step(lambda: tls.unwrap() or True)

        with ThreadServer(slowly) as server:
            self.assertEqual(ask(server.port)[1:], ["answer hello", "", "closed"])
        self.assertEqual(server.failures, [])


if __name__ == "__main__":
    unittest.main()
