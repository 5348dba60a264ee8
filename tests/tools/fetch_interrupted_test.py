"""Ctrl-C or SIGTERM half-way: whole files only, what is missing is said, and the shell sees the signal."""

import re
import signal
import subprocess
import time
import unittest

import fetching
from servers import BadServer, Nginx


def as_in_a_terminal():
    # Who is started in the background is often made to ignore Ctrl-C, and hands that on.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Interrupted(fetching.FetchTest):
    def test_whole_files_only_and_what_is_missing_is_said(self):
        served = self.root / "served"
        names = fetching.make_files(served, [1000 * number for number in range(100)])
        pages = self.root / "pages"
        with Nginx(served, self.root / "nginx") as good, BadServer() as bad:
            hanging = [f"{bad.url}/{path}?{number}" for path in ("slow", "silent") for number in range(15)]
            # The good ones are through when the last of the hanging ones has begun.
            urls = [f"{good.url}/{name}" for name in names] + hanging + [f"{good.url}/never-{i}" for i in range(50)]
            with subprocess.Popen([fetching.PROGRAM, "fetch", "-j", "30", "-i", str(self.write_urls(urls)), "-o",
                                   str(pages)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True,
                                  preexec_fn=as_in_a_terminal) as program:
                try:
                    # All that can come has come, and half of a page more is on its way.
                    deadline = time.monotonic() + 60
                    while time.monotonic() < deadline and (
                            sum(1 for name in names if (pages / name).exists()) < len(names)
                            or sum(path.stat().st_size > 0 for path in pages.glob(".*.part")) < 15):
                        time.sleep(0.05)
                    program.send_signal(signal.SIGINT)
                    printed, told = program.communicate(timeout=30)
                finally:
                    program.kill()
        self.assertEqual(program.returncode, -signal.SIGINT)
        self.assertEqual(printed, "")
        self.assertEqual(fetching.differing(names, served, pages), [])
        self.assertEqual(sorted(path.name for path in pages.iterdir()), sorted(names))
        never = [f"{good.url}/never-{number}" for number in range(50)]
        self.assertEqual(told.splitlines(), [
            "interrupted: 100 of 180 pages are whole, 0 failed, 80 are missing:", *(f"  {url}" for url in hanging + never)])

    def test_half_a_page_on_standard_output_ends_by_the_signal_too(self):
        with BadServer() as bad:
            with subprocess.Popen([fetching.PROGRAM, "fetch", f"{bad.url}/slow"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  preexec_fn=as_in_a_terminal) as program:
                try:
                    self.assertEqual(program.stdout.read(1), "x")
                    program.send_signal(signal.SIGINT)
                    _, told = program.communicate(timeout=30)
                finally:
                    program.kill()
        self.assertEqual(program.returncode, -signal.SIGINT)
        self.assertTrue(re.match(r"interrupted: 0 of 1 pages are whole, 0 failed, 1 are missing:\n", told), told)

    def until_they_began(self, pages, count):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and sum(path.stat().st_size > 0 for path in pages.glob(".*.part")) < count:
            time.sleep(0.02)

    def test_termination_is_an_interruption_too(self):
        pages = self.root / "pages"
        for engine in ("auto", "epoll"):
            with self.subTest(engine), BadServer() as bad:
                urls = [f"{bad.url}/slow?{number}" for number in range(5)]
                with subprocess.Popen([fetching.PROGRAM, "fetch", "--engine", engine, "-o", str(pages), *urls],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      text=True) as program:
                    try:
                        self.until_they_began(pages, len(urls))
                        program.terminate()
                        printed, told = program.communicate(timeout=30)
                    finally:
                        program.kill()
                self.assertEqual((program.returncode, printed), (-signal.SIGTERM, ""))
                self.assertEqual(list(pages.iterdir()), [])
                self.assertEqual(told.splitlines(), [
                    "interrupted: 0 of 5 pages are whole, 0 failed, 5 are missing:", *(f"  {url}" for url in urls)])

    def test_termination_that_is_ignored_stays_ignored(self):
        def ignore():
            as_in_a_terminal()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)

        pages = self.root / "pages"
        with BadServer() as bad:
            with subprocess.Popen([fetching.PROGRAM, "fetch", "-o", str(pages), f"{bad.url}/slow"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  preexec_fn=ignore) as program:
                try:
                    self.until_they_began(pages, 1)
                    program.terminate()
                    time.sleep(0.3)
                    self.assertIsNone(program.poll())
                    program.send_signal(signal.SIGINT)
                    self.assertEqual(program.wait(30), -signal.SIGINT)
                finally:
                    program.kill()


if __name__ == "__main__":
    unittest.main()
