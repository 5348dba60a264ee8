// call_soon is first in, first out; call_later is by time; a cancelled handle does not run.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_26 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    rota::event done;
    auto const print_text = [](char const* text) { print(text); };
    loop.call_later(30ms, [&] {
        print("later 3");
        done.set();
    });
    loop.call_later(10ms, print_text, "later 1");
    auto h = loop.call_later(20ms, print_text, "never");
    h.cancel();
    loop.call_at(loop.time() + 15ms, print_text, "at 1.5");
    loop.call_soon(print_text, "soon a");
    auto s = loop.call_soon(print_text, "never either");
    loop.call_soon(print_text, "soon b");
    s.cancel();
    print(h.cancelled(), s.cancelled());
    co_await done.wait();
}

conformance::program const here(async_main);
}  // namespace program_26
