// Cancelling the task that owns a group cancels the group, waits for it, and stays a cancel.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_18 {
using conformance::finally;
using conformance::print;
using conformance::sorted;
using namespace std::chrono_literals;

std::vector<std::string> ended;

rota::coro<> child(std::string name) {
    finally const note([&] { ended.push_back(name + " ended"); });
    co_await rota::sleep(10s);
}

rota::coro<> owner() {
    co_await rota::with_task_group([&](rota::task_group& tg) -> rota::coro<> {
        tg.create_task(child("a"));
        tg.create_task(child("b"));
        co_return;
    });
}

rota::coro<> only_c(rota::task_group& tg) {
    tg.create_task(child("c"));
    co_return;
}

rota::coro<> async_main() {
    auto t = rota::create_task(owner());
    co_await rota::sleep(10ms);
    t.cancel();
    try {
        co_await t;
    } catch (rota::cancelled_error const&) {
        print("owner cancelled", sorted(ended));
    }
    try {
        co_await rota::with_timeout(10ms, rota::with_task_group(only_c));
    } catch (rota::timeout_error const&) {
        print("timeout round a group", ended.back());
    }
}

conformance::program const here(async_main);
}  // namespace program_18
