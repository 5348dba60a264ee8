"""Many TLS connections that wait, client and server each in a process of its own: what each costs, and that one still works.

ROTA_TRIAL_CONNECTIONS says how many (1,000).
"""

import os
import resource
import subprocess
import unittest
from pathlib import Path

import peers
from peers import PEER, Process, Server, path

MANY = int(os.environ.get("ROTA_TRIAL_CONNECTIONS", "1000"))
# OpenSSL keeps the most of it: what it has to know of a connection and its buffers.
MOST_BYTES = 150_000


def resident(program):
    """Bytes in memory of what `timeout` runs."""
    pid = program.process.pid
    child = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    for line in Path(f"/proc/{child}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("it has no memory")


class IdleConnections(unittest.TestCase):
    def test_each_costs_little_and_a_new_one_is_served(self):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.assertGreater(most, MANY + 50, "too few descriptors are allowed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        peers.make_authority()
        peers.issue("server")
        for engine in ("uring", "epoll"):
            peers.ENVIRONMENT["ROTA_ENGINE"] = engine
            with Server(cert=path("server.pem"), key=path("server.key")) as server:
                self.assertIn("answer hello", peers.ask(server.port))
                before = resident(server)
                with Process(PEER, "hold", f"port={server.port}", f"count={MANY}", f"ca={path('authority.pem')}") as client:
                    of_client = int(client.wait_for("bytes", 90).split()[1])
                    of_server = (resident(server) - before) // MANY
                    print(f"{engine}: {MANY} connections, bytes of each: client {of_client}, server {of_server}")
                    self.assertLess(of_client, MOST_BYTES)
                    self.assertLess(of_server, MOST_BYTES)
                    self.assertIn("answer hello", peers.ask(server.port))
                    client.write("\n")
                    self.assertEqual(client.process.wait(60), 0)


if __name__ == "__main__":
    unittest.main()
