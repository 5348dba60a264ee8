"""`rota fetch` of https:// pages from Python's ssl: good certificates and bad ones, and a body that is cut off."""

import os
import socket
import ssl
import sys
import threading
import unittest
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fetching

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tls"))
import peers  # noqa: E402


def setUpModule():
    peers.make_authority()
    peers.issue("server")
    peers.issue("other", names="DNS:other.example")


class Server:
    """Files over https, or whatever `handler` does."""

    def __init__(self, name, handler):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(peers.path(f"{name}.pem"), peers.path(f"{name}.key"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.server.handle_error = lambda *_: None  # of clients that refuse the certificate
        self.port = self.server.server_address[1]
        self.url = f"https://localhost:{self.port}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(20)


class Fetch(fetching.FetchTest):
    def setUp(self):
        super().setUp()
        self.environment = {**os.environ, "SSL_CERT_FILE": peers.path("authority.pem"), "SSL_CERT_DIR": "/nonexistent"}

    def files_handler(self, folder):
        class Handler(SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(folder))

            def log_message(self, *_):
                pass
        return Handler

    def test_files_come_whole(self):
        served = self.root / "served"
        names = fetching.make_files(served, [0, 1, 16383, 16384, 16385, 3_000_000] + [1000 * i for i in range(30)])
        with Server("server", self.files_handler(served)) as server:
            urls = self.write_urls([f"{server.url}/{name}" for name in names])
            done = fetching.fetch("-j", 8, "-i", urls, "-o", self.root / "pages", env=self.environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(fetching.differing(names, served, self.root / "pages"), [])

    def test_certificates_that_are_not_to_be_trusted(self):
        with Server("server", self.files_handler(self.root)) as server:
            self.environment["SSL_CERT_FILE"] = "/dev/null"
            done = fetching.fetch(f"{server.url}/", env=self.environment)
            self.assertEqual(done.returncode, 1)
            self.assertIn("certificate verify failed: unable to get local issuer certificate (certificate 0 of the "
                          "chain: CN=server, issued by CN=authority)", done.stderr)
        self.environment["SSL_CERT_FILE"] = peers.path("authority.pem")
        with Server("other", self.files_handler(self.root)) as server:
            done = fetching.fetch(f"{server.url}/", env=self.environment)
            self.assertEqual(done.returncode, 1)
            self.assertIn("hostname mismatch, it is not for localhost but for other.example", done.stderr)

    def test_a_file_of_issuers_is_trusted_and_nobody_else(self):
        (self.root / "page").write_text("hello")
        with Server("server", self.files_handler(self.root)) as server:
            self.environment["SSL_CERT_FILE"] = "/dev/null"
            done = fetching.fetch("--cacert", peers.path("authority.pem"), f"{server.url}/page", env=self.environment)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "hello", ""))
            # The system's are not asked then.
            self.environment["SSL_CERT_FILE"] = peers.path("authority.pem")
            done = fetching.fetch("--cacert", peers.path("other.pem"), f"{server.url}/page", env=self.environment)
            self.assertEqual(done.returncode, 1)
            self.assertIn("certificate verify failed", done.stderr)
            done = fetching.fetch("--cacert", self.root / "none.pem", f"{server.url}/page", env=self.environment)
            self.assertEqual(done.returncode, 2)
            self.assertIn("none.pem", done.stderr)
            self.assertIn("No such file or directory", done.stderr)

    def test_a_body_that_is_cut_off_is_no_page(self):
        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self):
                # No length: the body ends where the connection does, if it says so.
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\nhalf of it")
                self.wfile.flush()
                if self.path == "/whole":
                    self.connection.unwrap()
                else:
                    with socket.socket(fileno=os.dup(self.connection.fileno())) as below:
                        below.shutdown(socket.SHUT_WR)
                self.close_connection = True

            def log_message(self, *_):
                pass

        with Server("server", Handler) as server:
            done = fetching.fetch(f"{server.url}/whole", env=self.environment)
            self.assertEqual((done.returncode, done.stdout), (0, "half of it"))
            done = fetching.fetch("-o", self.root / "pages", f"{server.url}/cut", env=self.environment)
            self.assertEqual(done.returncode, 1)
            self.assertIn("the connection ended without a close_notify", done.stderr)
        self.assertEqual(list((self.root / "pages").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
