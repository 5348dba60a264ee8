"""Who is measured, by which commands, and how those are built that CMake does not build."""
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parents[1]


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    role: str  # floor: by hand, with nothing that a library gives; rota; peer
    commands: dict  # the kind of row: the words, of which {bin} is CMake's folder of programs, {built} that of other peers


def contender(name, role, **commands):
    return Contender(name, role, {kind: words.split() for kind, words in commands.items()})


ALL = [
    contender("by hand", "floor", micro="{bin}/micro-floor"),
    contender("epoll by hand", "floor", echo="{bin}/echo-epoll", udp="{bin}/udp-epoll",
              tls="{bin}/tls-epoll"),
    contender("io_uring by hand", "floor", echo="{bin}/echo-uring"),
    contender("Rota", "rota", build="g++ -std=c++20 -DROTA_STATIC -I{include} {hello}/hello_rota.cpp {library} -luring -pthread",
              micro="{bin}/bench-micro", echo="{bin}/bench-echo", udp="{bin}/bench-udp", tls="{bin}/bench-tls"),
    contender("Rota, shared", "rota", micro="{shared}/bench-micro"),
    contender("Rota, epoll", "rota", echo="{bin}/bench-echo --engine epoll", udp="{bin}/bench-udp --engine epoll",
              tls="{bin}/bench-tls --engine epoll"),
    contender("Rota, io_uring", "rota", echo="{bin}/bench-echo --engine uring", udp="{bin}/bench-udp --engine uring",
              tls="{bin}/bench-tls --engine uring"),
    contender("libuv", "peer", echo="{bin}/echo-libuv"),
    contender("Boost.Asio", "peer", build="g++ -std=c++20 {hello}/hello_asio.cpp -pthread",
              micro="{bin}/micro-asio", echo="{bin}/echo-asio", udp="{bin}/udp-asio", tls="{bin}/tls-asio"),
    contender("tokio", "peer", micro="{built}/micro-tokio", echo="{built}/echo-tokio", udp="{built}/udp-tokio"),
    contender("Go", "peer", micro="{built}/micro-go", echo="{built}/echo-go", udp="{built}/udp-go", tls="{built}/tls-go"),
    contender("Node", "peer", echo="{node} {peers}/echo_node.js", udp="{node} {peers}/udp_node.js",
              tls="{node} {peers}/tls_node.js"),
    contender("asyncio", "peer", micro="{python} {peers}/micro_asyncio.py", echo="{python} {peers}/echo_asyncio.py",
              udp="{python} {peers}/udp_asyncio.py", tls="{python} {peers}/tls_asyncio.py"),
    contender("uvloop", "peer", micro="{python} {peers}/micro_asyncio.py --uvloop",
              echo="{python} {peers}/echo_asyncio.py --uvloop", udp="{python} {peers}/udp_asyncio.py --uvloop",
              tls="{python} {peers}/tls_asyncio.py --uvloop"),
]


def say(*words):
    print("bench:", *words, file=sys.stderr, flush=True)


class Field:
    """The contenders that this machine has."""

    def __init__(self, programs):
        programs = pathlib.Path(programs)
        self.places = {"bin": programs, "built": programs.parent / "peers",
                       "shared": programs.parents[1] / f"{programs.parent.name}-shared" / "bin",
                       "include": BENCH.parent / "include", "hello": BENCH / "hello",
                       "library": programs.parent / "src/librota.a",
                       "peers": BENCH / "peers", "python": sys.executable, "node": shutil.which("node") or "node"}
        self._missing = {}

    def command(self, of, kind):
        """The words that start it, or None where it has nothing of this kind, or is not here."""
        if kind not in of.commands or self.missing(of, kind):
            return None
        return [word.format(**self.places) for word in of.commands[kind]]

    def missing(self, of, kind):
        key = (of.name, kind)
        if key not in self._missing:
            self._missing[key] = self._why_missing(of, kind)
            if self._missing[key]:
                say(f"no {of.name} on this machine: {self._missing[key]}")
        return self._missing[key]

    def _why_missing(self, of, kind):
        words = [word.format(**self.places) for word in of.commands[kind]]
        if not shutil.which(words[0]):
            return f"{words[0]} is not here"
        if "build" == kind and of.name == "Boost.Asio" and not pathlib.Path("/usr/include/boost/asio.hpp").is_file():
            return "there are no headers of it"
        if "--uvloop" in words and not succeeds([self.places["python"], "-c", "import uvloop"]):
            return f"{self.places['python']} has no uvloop"
        return ""

    def build(self):
        """tokio's and Go's programs, in their own folder, of the versions that their lock files name."""
        self.places["built"].mkdir(exist_ok=True)
        built = self.places["built"].resolve()
        if shutil.which("cargo"):
            target = built / "cargo"
            if succeeds(["cargo", "build", "--quiet", "--release", "--locked", "--manifest-path",
                         BENCH / "peers/tokio/Cargo.toml", "--target-dir", target], tell=True):
                for name in ("micro-tokio", "echo-tokio", "udp-tokio"):
                    shutil.copy2(target / "release" / name, built / name)
        if shutil.which("go"):
            for name in ("micro-go", "echo-go", "udp-go", "tls-go"):
                succeeds(["go", "build", "-o", built / name, f"./{name}"], tell=True, cwd=BENCH / "peers/go")

    def versions(self):
        """What is measured, as its own tools tell it."""
        asked = {
            "GCC": (["g++", "-dumpfullversion"], r"(\S+)"),
            "liburing": (["pkg-config", "--modversion", "liburing"], r"(\S+)"),
            "libuv": (["pkg-config", "--modversion", "libuv"], r"(\S+)"),
            "Go": (["go", "version"], r"go(\d\S*)"),
            "Node": (["node", "--version"], r"v(\S+)"),
            "Python": ([self.places["python"], "--version"], r"Python (\S+)"),
            "uvloop": ([self.places["python"], "-c", "import uvloop; print(uvloop.__version__)"], r"(\S+)"),
            "rustc": (["rustc", "--version"], r"rustc (\S+)"),
        }
        found = {name: answer for name, (words, form) in asked.items() if (answer := first_match(words, form))}
        header = pathlib.Path("/usr/include/boost/version.hpp")
        if header.is_file() and (match := re.search(r'BOOST_LIB_VERSION "(\S+)"', header.read_text())):
            found["Boost"] = match[1].replace("_", ".")
        lock = BENCH / "peers/tokio/Cargo.lock"
        if "rustc" in found and lock.is_file() and (match := re.search(r'name = "tokio"\nversion = "(\S+)"', lock.read_text())):
            found["tokio"] = match[1]
        return found


def succeeds(words, tell=False, cwd=None):
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd)
    except OSError:
        return False
    if done.returncode != 0 and tell:
        say(f"{' '.join(map(str, words[:2]))} failed, and what it builds is left out:\n{done.stderr[-2000:]}")
    return done.returncode == 0


def first_match(words, form):
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.search(form, done.stdout) if done.returncode == 0 else None
    return match[1] if match else None
