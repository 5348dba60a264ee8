"""5,000 files from 0 bytes to 20 MB, 1 GiB in all, from an nginx and from Python's http.server, with servers between
them that do what they should not."""

import random
import unittest

import fetching
from servers import BadServer, ClosedPort, Nginx, PythonServer

MIB = 1 << 20


def sizes():
    draw = random.Random(3)
    some = [0] * 50 + [20_000_000] * 20
    some += [draw.randrange(1_000_000, 3_000_000) for _ in range(150)]
    some += [draw.randrange(50_000, 500_000) for _ in range(1000)]
    some += [draw.randrange(1, 10_000) for _ in range(5000 - 1 - len(some))]
    some.append(1024 * MIB - sum(some))  # What is left to the gibibyte.
    assert 0 < some[-1] < 100 * MIB, some[-1]
    while some[-1] > 20_000_000:
        for i in range(70, 220):
            step = min(some[-1] - 20_000_000, 1_000_000)
            some[i] += step
            some[-1] -= step
    draw.shuffle(some)
    return some


class BigData(fetching.FetchTest):
    def test_all_of_it_comes_byte_for_byte(self):
        served = self.root / "served"
        names = fetching.make_files(served, sizes())
        self.assertEqual(len(names), 5000)
        with Nginx(served, self.root / "nginx") as nginx, PythonServer(served) as python:
            for good, at_once in ((nginx, 200), (python, 24)):
                with self.subTest(good.command()[0]):
                    self.check_all_came(names, served, good, at_once)

    def check_all_came(self, names, served, good, at_once):
        pages = self.root / "pages"
        with BadServer() as bad, ClosedPort() as closed:
            failures = {f"{bad.url}{path}?{number}": why for path, why in bad.BAD.items() for number in range(3)}
            failures |= {f"{closed.url}/{number}": r"connect (to )?127\.0\.0\.1:\d+: Connection refused"
                         for number in range(100)}
            urls = [f"{good.url}/{name}" for name in names] + list(failures)
            random.Random(4).shuffle(urls)
            done = fetching.fetch("-j", at_once, "--timeout", 10, "--max-size", "64M", "-i", self.write_urls(urls),
                                  "-o", pages)
        self.check_failures(done.stderr, failures)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(fetching.differing(names, served, pages), [])
        self.assertEqual(len(list(pages.iterdir())), len(names))
        figures = fetching.figures(done.stdout)
        self.assertEqual((figures["ok"], figures["failed"]), (len(names), len(failures)))
        print(good.command()[0], figures)
        for path in pages.iterdir():
            path.unlink()


if __name__ == "__main__":
    unittest.main()
