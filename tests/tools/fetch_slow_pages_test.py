"""The demo in small: many slow pages at once take hardly longer than one."""

import re
import subprocess
import unittest

import fetching


class SlowPages(fetching.FetchTest):
    def test_they_wait_at_the_same_time_on_one_thread(self):
        pages = 300
        server = subprocess.Popen([fetching.BIN / "slow_server", "--delay", "1", "--for", "60"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        try:
            address = re.fullmatch(r"listening on (127\.0\.0\.1:\d+)\n", server.stdout.readline()).group(1)
            urls = self.write_urls(f"http://{address}/page/{number}" for number in range(pages))
            done = fetching.fetch("-j", pages, "-i", urls, "-o", self.root / "pages")
        finally:
            server.terminate()
            server.communicate(timeout=20)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        figures = fetching.figures(done.stdout)
        self.assertEqual((figures["ok"], figures["most_at_once"], figures["threads"]), (pages, pages, 1))
        self.assertGreaterEqual(figures["seconds"], 1)
        self.assertLess(figures["seconds"], 20, "one after the other they take 300 s")
        self.assertEqual((self.root / "pages" / "7").read_text(), "This took its time: GET /page/7 HTTP/1.1\n")


if __name__ == "__main__":
    unittest.main()
