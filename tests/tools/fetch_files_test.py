"""`rota fetch` against an nginx, Python's http.server, and servers that do what they should not, all at once."""

import random
import unittest

import fetching
from servers import BadServer, ClosedPort, Nginx, PythonServer


class CheckOfFailures(fetching.FetchTest):
    def test_shows_the_line_that_is_one_too_many(self):
        expected = {"http://a/": "refused"}
        for line in ("http://a/: refused", "http://b/: what nobody expected"):
            with self.assertRaisesRegex(AssertionError, line):
                self.check_failures(f"http://a/: refused\n{line}\n", expected)


class Files(fetching.FetchTest):
    def setUp(self):
        super().setUp()
        sizes = [0, 1, 65535, 65536, 65537, 3_000_000] + [int(2 ** (i * 17 / 194)) for i in range(194)]
        self.served = self.root / "served"
        self.names = fetching.make_files(self.served, sizes)
        self.size = sum(sizes)
        self.pages = self.root / "pages"

    def mixed(self, good, bad, closed):
        urls = [f"{good.url}/{name}" for name in self.names]
        failures = {f"{bad.url}{path}?{number}": why
                    for path, why in bad.BAD.items() for number in range(2)}
        failures |= {f"{closed.url}/{number}": r"connect (to )?127\.0\.0\.1:\d+: Connection refused" for number in range(5)}
        failures |= {f"{good.url}/missing-{number}": r"status 404 (Not Found|File not found)" for number in range(5)}
        failures |= {"nonsense": "the URL has no scheme"}
        urls += failures
        random.Random(2).shuffle(urls)
        return urls, failures

    def check_all_came(self, good, at_once, *more):
        with BadServer() as bad, ClosedPort() as closed:
            urls, failures = self.mixed(good, bad, closed)
            done = fetching.fetch("-j", at_once, "--timeout", 5, "--max-size", "8M", "-i", self.write_urls(urls),
                                  "-o", self.pages, *more)
        self.check_failures(done.stderr, failures)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(fetching.differing(self.names, self.served, self.pages), [])
        self.assertEqual(sorted(path.name for path in self.pages.iterdir()), sorted(self.names),
                         "a failed page leaves no file")
        figures = fetching.figures(done.stdout)
        self.assertEqual((figures["ok"], figures["failed"]), (len(self.names), len(failures)))
        self.assertGreaterEqual(figures["bytes"], self.size)
        self.assertEqual(figures["most_at_once"], at_once)

    def test_nginx_on_epoll(self):
        with Nginx(self.served, self.root / "nginx") as good:
            self.check_all_came(good, 50, "--engine", "epoll")

    def test_nginx_on_the_engine_that_is_chosen(self):
        with Nginx(self.served, self.root / "nginx") as good:
            self.check_all_came(good, 50)

    def test_python(self):
        with PythonServer(self.served) as good:
            self.check_all_came(good, 20)


if __name__ == "__main__":
    unittest.main()
