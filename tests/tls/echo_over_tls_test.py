"""The example echo_over_tls, with a certificate made as it says."""
import os
import pathlib
import subprocess
import tempfile

PROGRAM = pathlib.Path(os.environ["ROTA_BIN"]) / "echo_over_tls"


def run(*words, folder):
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


with tempfile.TemporaryDirectory() as folder:
    made = run("openssl", "req", "-x509", "-noenc", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
               "-keyout", "own.pem", "-out", "own.pem", folder=folder)
    assert made.returncode == 0, made
    done = run(PROGRAM, "own.pem", folder=folder)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout == "hello\nover TLS_AES_256_GCM_SHA384, with CN=localhost\n", done.stdout
    missing = run(PROGRAM, "none.pem", folder=folder)
    assert missing.returncode != 0 and "none.pem: No such file or directory" in missing.stderr, missing
