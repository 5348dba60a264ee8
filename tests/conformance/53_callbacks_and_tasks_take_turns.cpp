// What is made ready during a turn runs in the next one, callbacks and tasks alike, in the order it was made ready.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_53 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> task(std::string name, int turns) {
    for (int turn = 0; turn < turns; ++turn) {
        print(name, turn);
        co_await rota::sleep(0s);
    }
}

void chain(int left) {
    print("callback", left);
    if (left > 0) rota::running_loop().call_soon(chain, left - 1);
}

void say(char const* what) { print(what); }

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    loop.call_soon(chain, 2);
    auto a = rota::create_task(task("a", 3));
    loop.call_soon(say, "between");
    auto b = rota::create_task(task("b", 2));
    auto called_off = loop.call_soon(say, "called off");
    called_off.cancel();
    print("main", called_off.cancelled());
    co_await rota::wait(a, b);
}

conformance::program const here(async_main);
}  // namespace program_53
