"""What the compiler says of calls that would do nothing or dangle: words of ours, that say what to write instead."""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Each line of code, and what the compiler is to say of it.
UNIT = "write_1s_or_500ms_with_std_chrono_literals"
REF = "write_std_ref_around_what_the_function_is_to_share"
THREAD = "a thread was given a function that gives something to await"
GATHER = "gather_takes_coroutines_tasks_futures_and_other_awaitables_or_one_range_of_them"
MISUSES = [
    ("co_await rota::sleep(1);", UNIT),
    ("co_await rota::sleep(0.5);", UNIT),
    ("(void)co_await rota::with_timeout(5, routine<9>(0));", UNIT),
    ("(void)co_await rota::with_timeout(0.5, routine<9>, 0);", UNIT),
    ("(void)co_await rota::wait_for(routine<9>(0), 5);", UNIT),
    ("rota::as_completed(std::vector<rota::task<int>>(), 5);", UNIT),
    ("(void)co_await rota::with_as_completed(std::vector<rota::coro<int>>(), 5, show);", UNIT),
    ("(void)co_await rota::gather(routine<9>(0), 3);", GATHER),
    ("(void)co_await rota::gather(rota::return_exceptions, 3);", GATHER),
    ("(void)co_await rota::gather(std::vector<int>());", GATHER),
    ("(void)co_await rota::gather(routine<9>);", GATHER),
    ("(void)co_await rota::to_thread(plain, text);", REF),
    ("(void)co_await rota::to_thread(rota::abandon_on_cancel, plain, text);", REF),
    ("(void)co_await rota::to_thread(stoppable, text);", REF),
    ("(void)co_await rota::run_in_executor(pool, plain, text);", REF),
    ("(void)co_await rota::run_in_executor(std::nullopt, plain, text);", REF),
    ("(void)pool.submit(plain, text);", REF),
    ("(void)co_await rota::to_thread(routine<1>, 1);", THREAD),
    ("(void)co_await rota::to_thread(rota::abandon_on_cancel, routine<2>, 1);", THREAD),
    ("(void)co_await rota::to_thread(stoppable_routine<3>, 1);", THREAD),
    ("(void)co_await rota::run_in_executor(pool, routine<4>, 1);", THREAD),
    ("(void)co_await rota::run_in_executor(std::nullopt, routine<5>, 1);", THREAD),
    ("(void)pool.submit(routine<6>, 1);", THREAD),
    ("(void)co_await rota::to_thread(start_task, 1);", THREAD),
    ("co_await rota::parallel_for(pool, 0, 2, routine<7>);", THREAD),
    ("(void)co_await rota::parallel_map(pool, std::vector<int>(), routine<8>);", THREAD),
    ('rota::process_function named("routine", &routine<0>);', "which no worker would await"),
]
PROGRAM = """
#include <rota/rota.hpp>

int plain(std::string& text);
int stoppable(std::stop_token, std::string& text);
// A type for each: a compiler says the same of a type only once.
template <int N>
rota::coro<std::integral_constant<int, N>> routine(std::size_t number);
template <int N>
rota::coro<std::integral_constant<int, N>> stoppable_routine(std::stop_token, int number);

rota::task<int> start_task(int number);
rota::coro<> show(rota::completions<rota::task<int>>&);

rota::coro<> misuse(rota::thread_pool& pool, std::string& text) {
"""


def main():
    build = pathlib.Path(os.environ.get("ROTA_BIN", ROOT / "build/release/bin")).parent
    cache = (build / "CMakeCache.txt").read_text()
    compiler = next(line.partition("=")[2] for line in cache.splitlines() if line.startswith("CMAKE_CXX_COMPILER:"))
    lines = [f"#line {1000 + number}\n    {{ {code} }}\n" for number, (code, _) in enumerate(MISUSES)]
    command = [compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", "-", "-I", str(ROOT / "include")]
    command.append("-ferror-limit=0" if "clang" in compiler else "-fmax-errors=0")
    program = PROGRAM + "".join(lines) + "    co_return;\n}\n"
    said = subprocess.run(command, input=program, text=True, capture_output=True, env={**os.environ, "LC_ALL": "C"})
    failed = said.returncode == 0
    reports = said.stderr
    for number, (code, words) in enumerate(MISUSES):
        if f":{1000 + number}:" not in reports:
            print(f"accepted: {code}")
            failed = True
    for words in sorted({words for _, words in MISUSES}):
        wanted = sum(words == of for _, of in MISUSES)
        # Clang names a deleted function in a note.
        told = sum(words in line and re.search(r": (error|note):|= delete;", line) is not None
                   for line in reports.splitlines())
        print(f"{told} reports for {wanted} misuses say: {words}")
        failed = failed or told < wanted
    if failed:
        print(reports)
    return 1 if failed else 0


sys.exit(main())
