"""What `rota fetch` is told, and what it answers: options, where URLs come from, where pages go, exit status."""

import os
import pty
import resource
import subprocess
import unittest

import fetching
from servers import BadServer


class WithServer(fetching.FetchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = BadServer().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        # Pages that are as they should be.
        original = cls.server.answer
        cls.server.answer = lambda connection, path: (
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(path), path.encode()))
            if path.startswith("/good") else original(connection, path))

    def url(self, path):
        return self.server.url + path


class WhereUrlsComeFrom(WithServer):
    def test_arguments(self):
        done = fetching.fetch(self.url("/good1"), self.url("/good2"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(fetching.figures(done.stdout)["ok"], 2)
        self.assertEqual(fetching.figures(done.stdout)["bytes"], 12)

    def test_a_file_with_comments_and_empty_lines(self):
        path = self.root / "list"
        path.write_bytes(f"# pages\r\n\r\n  {self.url('/good1')} \t\r\n\n{self.url('/good2')}".encode())
        done = fetching.fetch("-i", path, self.url("/good3"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(fetching.figures(done.stdout)["ok"], 3)

    def test_a_comment_behind_a_url_is_told_from_a_bad_url(self):
        why = "a comment can not follow a URL: it is a line of its own that begins with #"
        lines = [f"{self.url('/good1')} # first", f"{self.url('/good2')}\t#", self.url("/good3#part")]
        done = fetching.fetch("-i", self.write_urls(lines), "-o", self.root / "pages")
        self.assertEqual((done.returncode, done.stderr.splitlines()), (
            1, [f"{lines[0]}: {why}", f"{lines[1]}: {why}".replace("\t", "\\x09")]))
        self.assertEqual([path.name for path in (self.root / "pages").iterdir()], ["good3"])

    def test_standard_input(self):
        for arguments in ((), ("-",), ("-i", "-")):
            with self.subTest(arguments):
                done = fetching.fetch(*arguments, stdin=None, input=f"{self.url('/good1')}\n{self.url('/good2')}\n")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(fetching.figures(done.stdout)["ok"], 2)

    def test_none_at_all(self):
        done = fetching.fetch()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, "rota fetch: no URLs; give some, or a file of them with -i (rota fetch --help)\n")

    def test_a_file_that_is_not_there(self):
        done = fetching.fetch("-i", self.root / "no-list")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, f"rota: read {self.root}/no-list: No such file or directory\n")


class WherePagesGo(WithServer):
    def test_one_page_is_printed(self):
        done = fetching.fetch(self.url("/good"))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "/good", ""))

    def test_one_page_that_fails_prints_nothing_but_why(self):
        done = fetching.fetch(self.url("/gone"))
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (1, "", f"{self.url('/gone')}: status 410 Gone\n"))

    def test_files_have_names_of_their_own_in_the_order_of_the_urls(self):
        pages = self.root / "made" / "here"
        urls = ["/good/a.html", "/good/b/a.html", "/good/", "/good/%2e%2e%2fa.html", "/good/..%2f..%2fx", "/good/a.html?q=/../x"]
        done = fetching.fetch("-o", pages, *map(self.url, urls))
        self.assertEqual(done.returncode, 0, done.stderr)
        content = {path.name: path.read_text() for path in pages.iterdir()}
        self.assertEqual(content, {
            "a.html": "/good/a.html",
            "a-2.html": "/good/b/a.html",
            "index.html": "/good/",
            "_.%2fa.html": "/good/%2e%2e%2fa.html",
            "_.%2f..%2fx": "/good/..%2f..%2fx",
            "a.html_q=_.._x": "/good/a.html",
        })
        self.assertEqual([path.name for path in self.root.iterdir()], ["made"])

    def test_a_file_where_the_folder_should_be(self):
        (self.root / "file").write_text("")
        done = fetching.fetch("-o", self.root / "file", self.url("/good"))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, f"rota: -o takes a folder, and {self.root}/file is a file\n")

    def test_a_folder_that_can_not_be_made(self):
        (self.root / "file").write_text("")
        done = fetching.fetch("-o", self.root / "file" / "below", self.url("/good"))
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, f"rota: create folder {self.root}/file/below: Not a directory\n")

    def test_a_page_that_can_not_be_written(self):
        (self.root / "good").mkdir()
        done = fetching.fetch("-o", self.root, self.url("/good"), self.url("/good2"))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"{self.url('/good')}: rename {self.root}/good: Is a directory\n")
        self.assertEqual(sorted(path.name for path in self.root.iterdir()), ["good", "good2"])

    def test_on_a_terminal_there_is_a_bar_below_the_failures(self):
        ours, theirs = pty.openpty()
        with subprocess.Popen([fetching.PROGRAM, "fetch", "--timeout", "0.5", self.url("/silent"), self.url("/gone"),
                               self.url("/good")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=theirs) as program:
            os.close(theirs)
            shown = b""
            try:
                while part := os.read(ours, 65536):
                    shown += part
            except OSError:
                pass  # So Linux tells the end of a terminal.
            os.close(ours)
            printed = program.stdout.read().decode()
        self.assertEqual(program.returncode, 1)
        self.assertEqual(fetching.figures(printed)["failed"], 2)
        self.assertIn(b"2 of 3 pages, 1 failed, 1 at once, 5 B, ", shown)
        self.assertIn(b"\r\x1b[K" + self.url("/gone").encode() + b": status 410 Gone\r\n", shown)
        self.assertTrue(shown.endswith(b"\r\n"), shown)


class HowItIsDone(WithServer):
    def test_no_more_at_once_than_was_asked_for(self):
        urls = [self.url(f"/good{number}") for number in range(40)]
        for engine in ("auto", "epoll"):
            done = fetching.fetch("-j", 7, "--engine", engine, *urls)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(fetching.figures(done.stdout)["most_at_once"], 7)

    def test_more_at_once_than_there_may_be_files_is_lowered_and_said(self):
        def few_files():
            resource.setrlimit(resource.RLIMIT_NOFILE, (50, 100))

        urls = [self.url(f"/good{number}") for number in range(100)]
        done = fetching.fetch("-j", 1000, "-o", self.root / "pages", *urls, preexec_fn=few_files)
        self.assertEqual((done.returncode, done.stderr), (
            0, "rota fetch: -j 1000 lowered to 34: this process may have 100 files open (ulimit -n)\n"))
        self.assertEqual(fetching.figures(done.stdout)["most_at_once"], 34)

    def test_the_timeout_is_for_the_whole_page(self):
        done = fetching.fetch("--timeout", 0.7, self.url("/slow"), self.url("/silent"), self.url("/good"))
        self.check_failures(done.stderr, {
            self.url("/slow"): r"timed out after 0\.7 s, [1-3] bytes had come$",
            self.url("/silent"): r"timed out after 0\.7 s, before the answer came$"})
        self.assertLess(fetching.figures(done.stdout)["seconds"], 5)

    def test_many_that_get_no_answer_bring_advice_once(self):
        urls = [self.url(f"/silent?{number}") for number in range(8)]
        done = fetching.fetch("--timeout", 0.5, *urls)
        *failures, advice = done.stderr.splitlines()
        self.check_failures("\n".join(failures), dict.fromkeys(urls, r"timed out after 0\.5 s, before the answer came$"))
        self.assertEqual(advice, "rota fetch: 8 pages timed out before the answer came; "
                                 "some servers answer few at once: try a smaller -j")
        self.assertEqual(fetching.figures(done.stdout)["failed"], 8)

    def test_the_largest_page(self):
        done = fetching.fetch("--max-size", "5", self.url("/good"), self.url("/good1"))
        self.assertEqual(done.stderr, f"{self.url('/good1')}: the body is larger than the 5 bytes that are allowed\n")
        done = fetching.fetch("--max-size", "1k", self.url("/good"), self.url("/announced"))
        self.assertEqual(done.stderr,
                         f"{self.url('/announced')}: the body is larger than the 1024 bytes that are allowed\n")

    def test_a_name_is_looked_up(self):
        done = fetching.fetch(self.url("/good").replace("127.0.0.1", "localhost"))
        self.assertEqual((done.returncode, done.stdout), (0, "/good"), done.stderr)

    def test_a_name_that_does_not_exist(self):
        done = fetching.fetch("http://nothing.invalid/")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^http://nothing\.invalid/: .*nothing\.invalid.*: .+\n$")


class Usage(fetching.FetchTest):
    def test_help_teaches_with_examples(self):
        done = fetching.fetch("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for wanted in ("-i,--input FILE", "-j,--at-once N", "--timeout SECONDS", "-o,--output DIR", "--engine ENGINE",
                       "--max-size SIZE", "Examples:", "  rota fetch -j 2000 -o pages -i urls", "Exit status:",
                       "is read to its end before the first page is asked for"):
            self.assertIn(wanted, done.stdout)

    def test_version(self):
        done = subprocess.run([fetching.PROGRAM, "--version"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^rota \d+\.\d+\.\d+\n$")

    def test_what_makes_no_sense_is_a_usage_error(self):
        count = " is no whole number from 1 to 1000000"
        seconds = " is no number of seconds, such as 30 or 0.5"
        size = " is no size: that is a number of bytes, or one with k, M or G, such as 8M"
        for arguments, why in (
                (("-j", "0"), "--at-once: 0" + count), (("--at-once", "abc"), "--at-once: abc" + count),
                (("-j", "1.5"), "--at-once: 1.5" + count), (("-j", "1000001"), "--at-once: 1000001" + count),
                (("-j", "\x1b[2J"), "--at-once: \\x1b[2J" + count),
                (("--timeout", "0"), "--timeout: 0" + seconds), (("--timeout", "1s"), "--timeout: 1s" + seconds),
                (("--timeout", "nan"), "--timeout: nan" + seconds), (("--timeout", "1.2.3"), "--timeout: 1.2.3" + seconds),
                (("--max-size", "10X"), "--max-size: 10X" + size), (("--max-size", "-1"), "--max-size: -1" + size),
                (("--max-size", "M"), "--max-size: M" + size), (("--max-size", "99999999999G"), "--max-size: 99999999999G" + size),
                (("--engine", "simulated"), "--engine: simulated not in {auto,uring,epoll}"),
                (("--no-such-option",), "there is no option --no-such-option"),
                (("-o",), "--output: 1 required DIR missing")):
            with self.subTest(arguments):
                done = fetching.fetch("x", *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(done.stderr, f"rota: {why} (rota fetch --help)\n")

    def test_what_makes_no_sense_before_a_command_too(self):
        for arguments, told in (((), "no command was given (rota --help)"),
                                (("--bogus",), "there is no option --bogus (rota --help)"),
                                (("--bogus", "fetch", "x"), "there is no option --bogus (rota fetch --help)"),
                                (("bogus",), "there is no command 'bogus'; rota --help lists them")):
            with self.subTest(arguments):
                done = subprocess.run([fetching.PROGRAM, *arguments], capture_output=True, text=True, timeout=20)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (2, "", f"rota: {told}\n"))


if __name__ == "__main__":
    unittest.main()
