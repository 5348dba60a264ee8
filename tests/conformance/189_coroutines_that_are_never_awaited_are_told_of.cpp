// A coroutine that is dropped before it was awaited is told of by the name of its function; one that was awaited is not.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_189 {
using conformance::print;
using namespace std::chrono_literals;

std::vector<std::string> told;

void listen(rota::loop&, rota::exception_context const& context) {
    std::string_view const text = context.message;
    if (text.find("was never awaited") == text.npos) return;
    for (auto name : {"forgotten", "kept"})
        if (text.find(name + std::string("(")) != text.npos) told.emplace_back(name);
}

rota::coro<> forgotten(int value) {
    print("never printed", value);
    co_return;
}

rota::coro<int> kept() { co_return 7; }

rota::coro<> async_main() {
    rota::running_loop().set_exception_handler(listen);
    static_cast<void>(forgotten(1));
    co_await rota::sleep(0s);
    print(told);
    auto c = kept();
    print(co_await std::move(c));
    std::optional<rota::coro<>> late = forgotten(2);
    auto task = rota::create_task(kept());
    task.cancel();
    std::vector<rota::task<int>> const tasks{task};
    co_await rota::wait(tasks);
    co_await rota::sleep(0s);
    print(told);
    late.reset();
    co_await rota::sleep(0s);
    print(told);
}

void module(rota::runner_options const& options) {
    rota::set_debug_mode(true);
    rota::run(options, async_main());
}

conformance::program const here(module);
}  // namespace program_189
