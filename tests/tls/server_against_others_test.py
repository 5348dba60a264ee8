"""Rota's server among OpenSSL's client, curl, Python's ssl and asyncio, and clients that misbehave."""

import asyncio
import shutil
import socket
import ssl
import struct
import subprocess
import unittest

import peers
from peers import Process, Server, path


def setUpModule():
    peers.make_authority()
    peers.issue("server")
    peers.issue("rsa", rsa=True)
    peers.issue("client", names="email:client@example.org")
    peers.make_authority("stranger")
    peers.issue("imposter", authority="stranger", names="email:x@example.org")


def trusting():
    context = ssl.create_default_context(cafile=path("authority.pem"))
    return context


def connect(port, context, name="localhost"):
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 30), server_hostname=name)


def served(**more):
    return Server(cert=path("server.pem"), key=path("server.key"), **more)


class AgainstOthers(unittest.TestCase):
    def test_openssl_s_client_of_both_versions(self):
        for rsa in (False, True):
            name = "rsa" if rsa else "server"
            with Server(cert=path(f"{name}.pem"), key=path(f"{name}.key"), alpn="h2,http/1.1") as server:
                for version in ("1.2", "1.3"):
                    with Process("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile",
                                 path("authority.pem"), "-verify_return_error", "-verify_hostname", "localhost",
                                 "-servername", "localhost", "-alpn", "http/1.1", "-quiet",
                                 "-tls" + version.replace(".", "_")) as client:
                        self.assertEqual(server.wait_for("connected"),
                                         f"connected TLSv{version} alpn=http/1.1 name=localhost new")
                        client.write("good day\n")
                        client.wait_for("good day")
                        client.write("bye\n")
                        self.assertEqual(server.wait_for("left"), "left end")

    def test_key_updates_of_s_client_are_answered(self):
        with served() as server, Process("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile",
                                         path("authority.pem"), "-tls1_3") as client:
            server.wait_for("connected")
            for command in ("k\n", "K\n", "K\n"):
                client.write(command)
                client.wait_for("KEYUPDATE")
                client.write("after it\n")
                client.wait_for("after it")

    def test_renegotiation_of_s_client_is_refused(self):
        with served() as server, Process("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile",
                                         path("authority.pem"), "-tls1_2") as client:
            server.wait_for("connected")
            client.write("R\n")
            client.wait_for("RENEGOTIATING")
            server.wait_for("left")
            self.assertIn("hello", self.talk(server.port))

    def talk(self, port, context=None):
        with connect(port, context or trusting()) as client:
            client.sendall(b"hello\n")
            answer = client.recv(100).decode()
            client.unwrap()
            return answer

    def test_curl(self):
        if not shutil.which("curl"):
            self.skipTest("no curl here")
        with served(alpn="http/1.1") as server:
            # No HTTP is spoken here: what curl gets for its request is the request.
            told = subprocess.run(["curl", "--silent", "--http0.9", "--max-time", "20", "--cacert",
                                   path("authority.pem"), "--resolve", f"localhost:{server.port}:127.0.0.1",
                                   "--request", "bye\n", f"https://localhost:{server.port}/"],
                                  capture_output=True, text=True, timeout=60)
            self.assertIn("alpn=http/1.1", server.wait_for("connected"))
            server.wait_for("left")
            told = subprocess.run(["curl", "--silent", "--show-error", "--max-time", "20",
                                   f"https://localhost:{server.port}/"], capture_output=True, text=True, timeout=60)
            self.assertEqual(told.returncode, 60)  # its own word for a certificate that is not to be trusted
            self.assertIn("unknown ca", server.wait_for("refused"))

    def test_python_sends_and_takes_much(self):
        with served() as server, connect(server.port, trusting()) as client:
            client.sendall(b"big 5000000\n")
            got = 0
            while got < 5000001:
                got += len(client.recv(65536))
            line = b"y" * 60000 + b"\n"
            client.sendall(line)
            back = b""
            while len(back) < len(line):
                back += client.recv(65536)
            self.assertEqual(back, line)
            client.unwrap()
            self.assertEqual(server.wait_for("left"), "left end")

    def test_python_resumes_a_session(self):
        with served() as server:
            context = trusting()
            with connect(server.port, context) as client:
                client.sendall(b"x\n")
                client.recv(10)
                session = client.session
                client.unwrap()
            again = context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), 30),
                                        server_hostname="localhost", session=session)
            with again:
                self.assertTrue(again.session_reused)
            server.wait_for("connected")
            self.assertIn(" resumed", server.wait_for("connected"))

    def test_an_asyncio_client_is_closed_in_order(self):
        async def client(port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting(),
                                                           server_hostname="localhost")
            writer.write(b"line\nbye\n")
            self.assertEqual(await reader.read(), b"line\n")
            writer.close()
            await writer.wait_closed()

        with served() as server:
            asyncio.run(asyncio.wait_for(client(server.port), 60))
            self.assertEqual(server.wait_for("left"), "left end")

    def test_client_certificates(self):
        with served(ca=path("authority.pem"), verify="required") as server:
            context = trusting()
            context.load_cert_chain(path("client.pem"), path("client.key"))
            self.assertIn("hello", self.talk(server.port, context))
            self.assertIn("peer=CN=client", server.wait_for("connected"))
            for certificate, reason in ((None, "peer did not return a certificate"),
                                        ("imposter", "unable to get local issuer certificate (certificate 0 of the chain: "
                                                     "CN=imposter, issued by CN=stranger)")):
                context = trusting()
                if certificate:
                    context.load_cert_chain(path(f"{certificate}.pem"), path(f"{certificate}.key"))
                with self.assertRaises(OSError):
                    self.talk(server.port, context)
                    self.fail("it was let in")
                self.assertIn(reason, server.wait_for("refused"))

    def test_bad_clients_disturb_nobody(self):
        with served(patience=2000) as server, connect(server.port, trusting()) as steady:
            server.wait_for("connected")

            def raw():
                return socket.create_connection(("127.0.0.1", server.port), 30)

            with raw() as client:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                client.recv(100)
            self.assertIn("http request", server.wait_for("refused"))
            with raw() as client:
                client.sendall(bytes(range(256)) * 50)
                while client.recv(1000):
                    pass
            server.wait_for("refused")
            # A reset in the middle of the hello.
            with raw() as client:
                client.sendall(b"\x16\x03\x01\x02\x00\x01")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.assertIn("Connection reset by peer", server.wait_for("refused"))
            # Nothing at all.
            with raw() as client:
                self.assertIn("not done within 2 s", server.wait_for("refused"))
                self.assertEqual(client.recv(1), b"")
            # Cut off after the handshake, without close_notify: by an end, and by a reset.
            client = connect(server.port, trusting())
            server.wait_for("connected")
            client.sendall(b"x\n")
            client.recv(10)
            socket.socket(fileno=client.detach()).close()
            self.assertIn("ended without a close_notify", server.wait_for("left"))
            client = connect(server.port, trusting())
            server.wait_for("connected")
            client.sendall(b"x\n")
            client.recv(10)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.socket(fileno=client.detach()).close()
            self.assertIn("Connection reset by peer", server.wait_for("left"))
            steady.sendall(b"still here\n")
            self.assertEqual(steady.recv(100), b"still here\n")

    def test_a_hello_of_one_byte_at_a_time_is_understood(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = trusting().wrap_bio(incoming, outgoing, server_hostname="localhost")
        with served() as server, socket.create_connection(("127.0.0.1", server.port), 30) as raw:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

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
            step(lambda: tls.write(b"slowly\n"))
            self.assertEqual(step(lambda: tls.read(100)), b"slowly\n")


if __name__ == "__main__":
    unittest.main()
