"""compile_time.py [COMPILER...]: what it costs to compile a file that holds `#include <rota/rota.hpp>` and nothing else, at
-O0: the least user and system time of five runs. The goal is 1.5 s with GCC 12."""

import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
RUNS = 5


def seconds_to_compile(compiler, source, into):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([compiler, "-std=c++20", "-O0", f"-I{ROOT}/include", "-c", source, "-o", into], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(compilers):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "alone.cpp")
        source.write_text("#include <rota/rota.hpp>\n")
        for compiler in compilers:
            if not shutil.which(compiler):
                print(f"compile: {compiler} is not here")
                continue
            least = min(seconds_to_compile(compiler, source, pathlib.Path(folder, "alone.o")) for _ in range(RUNS))
            print(f"RESULT bench=compile compiler={compiler} cpu_s={least:.2f}")


main(sys.argv[1:] or ["g++", "clang++-19"])
