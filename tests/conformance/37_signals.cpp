// A signal handler runs on the loop, not in the middle of a task's turn.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <csignal>

namespace program_37 {
using conformance::print;

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    rota::event got;
    auto const handler = [&] {
        print("handler");
        got.set();
    };
    loop.add_signal_handler(SIGUSR1, handler);
    ::raise(SIGUSR1);
    print("turn goes on");
    co_await got.wait();
    bool const first = loop.remove_signal_handler(SIGUSR1);
    bool const second = loop.remove_signal_handler(SIGUSR1);
    print(first, second);
}

conformance::program const here(async_main);
}  // namespace program_37
