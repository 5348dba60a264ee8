// gather returns results in the order of its arguments, whatever order they finish in.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_03 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> job(std::string name, std::chrono::milliseconds delay) {
    co_await rota::sleep(delay);
    print(name, "finished");
    co_return name;
}

rota::coro<> async_main() {
    print(co_await rota::gather(job("slow", 30ms), job("mid", 20ms), job("fast", 10ms)));
    print(co_await rota::gather());
}

conformance::program const here(async_main);
}  // namespace program_03
