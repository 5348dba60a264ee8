"""What the tests against other programs have in common: certificates, the program tls_peer, OpenSSL's own s_server."""

import atexit
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

PEER = str(Path(os.environ["ROTA_BIN"]) / "tls_peer")
MOST_SECONDS = 100
# No roots but what a test gives.
ENVIRONMENT = {**os.environ, "SSL_CERT_FILE": "/dev/null", "SSL_CERT_DIR": "/nonexistent"}

FOLDER = Path(tempfile.mkdtemp(prefix="rota-tls-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60, cwd=FOLDER,
                          stdin=subprocess.DEVNULL, **more)


def make_authority(name="authority"):
    """NAME.pem and NAME.key."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")


def issue(name, names="DNS:localhost,IP:127.0.0.1", authority="authority", subject=None, dates=None, rsa=False):
    """NAME.pem and NAME.key, for `names`; `dates`: (begin, end) as in 20200101000000Z."""
    algorithm = ["rsa:2048"] if rsa else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    openssl("req", "-new", "-newkey", *algorithm, "-nodes", "-subj", f"/CN={subject or name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")
    (FOLDER / f"{name}.ext").write_text(f"subjectAltName={names}\n")
    if dates is None:
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
                "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        return
    (FOLDER / "index.txt").write_text("")
    (FOLDER / "ca.cnf").write_text("[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\nserial=ca.srl\n"
                                   "default_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n")
    openssl("ca", "-batch", "-config", "ca.cnf", "-rand_serial", "-in", f"{name}.csr", "-cert", f"{authority}.pem",
            "-keyfile", f"{authority}.key", "-startdate", dates[0], "-enddate", dates[1], "-extfile", f"{name}.ext",
            "-out", f"{name}.pem", "-notext")


def path(name):
    return str(FOLDER / name)


class Process:
    """A program whose lines can be waited for; ended by its id."""

    def __init__(self, *command, **more):
        self.process = subprocess.Popen(["timeout", str(MOST_SECONDS), *map(str, command)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT,
                                        errors="replace", **more)
        self.lines = []
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.lines.append(None)
            self.changed.notify_all()

    def wait_for(self, beginning, seconds=30):
        """The first line that begins so, which is taken with all before it."""
        def position():
            for number, line in enumerate(self.lines):
                if line is None or line.startswith(beginning):
                    return number
            return None

        with self.changed:
            if not self.changed.wait_for(lambda: position() is not None, seconds):
                raise AssertionError(f"no line {beginning!r} in {self.lines}")
            at = position()
            if self.lines[at] is None:
                raise AssertionError(f"ended without a line {beginning!r}: {self.lines}")
            line = self.lines[at]
            del self.lines[:at + 1]
            return line

    def write(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(10)
        self.process.stdin.close()
        self.process.stdout.close()


class Server(Process):
    """tls_peer serving; `port` is where."""

    def __init__(self, **options):
        super().__init__(PEER, "serve", *(f"{name}={value}" for name, value in options.items()))
        self.port = int(self.wait_for("listening ").split()[1])


def ask(port, **options):
    """The lines that tls_peer has to say as a client."""
    given = {"send": "hello", "ca": path("authority.pem"), **options}
    done = subprocess.run([PEER, "ask", f"port={port}", *(f"{name}={value}" for name, value in given.items())],
                          capture_output=True, text=True, timeout=MOST_SECONDS, env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done
    return done.stdout.splitlines()
