// Cancelling whoever awaits a gather cancels every child.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_05 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> child(std::string name) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
        throw;
    }
}

rota::coro<> parent() {
    try {
        co_await rota::gather(child("a"), child("b"));
    } catch (rota::cancelled_error const&) {
        print("parent cancelled");
        throw;
    }
}

rota::coro<> async_main() {
    auto t = rota::create_task(parent());
    co_await rota::sleep(10ms);
    t.cancel();
    try {
        co_await t;
    } catch (rota::cancelled_error const&) {
        print("main saw it", t.cancelled(), t.done());
    }
}

conformance::program const here(async_main);
}  // namespace program_05
