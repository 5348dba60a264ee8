// One failure cancels the siblings; all failures arrive together, cancellations do not count as failures.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_17 {
using conformance::each;
using conformance::key_error;
using conformance::print;
using conformance::sorted;
using conformance::str;
using conformance::value_error;
using namespace std::chrono_literals;

std::vector<std::string> ended;

rota::coro<> sibling(std::string name) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        ended.push_back(name + " cancelled");
        throw;
    }
}

rota::coro<> fails(std::chrono::milliseconds delay, std::string text) {
    co_await rota::sleep(delay);
    throw value_error(text);
}

rota::coro<> fails_on_cancel() {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        throw key_error("while stopping");
    }
}

std::vector<std::string> texts(rota::exception_group const& g) {
    return each(g.exceptions(), [](std::exception_ptr const& e) { return str(e); });
}

rota::coro<> async_main() {
    try {
        co_await rota::with_task_group([&](rota::task_group& tg) -> rota::coro<> {
            tg.create_task(sibling("s1"));
            tg.create_task(fails(10ms, "boom"));
            tg.create_task(fails_on_cancel());
            tg.create_task(sibling("s2"));
            co_return;
        });
    } catch (rota::exception_group const& all) {
        if (auto g = all.subgroup<value_error>()) print("ValueError", texts(*g));
        if (auto g = all.subgroup<key_error>()) print("KeyError", g->exceptions().size());
        if (auto rest = all.split<value_error, key_error>().second) throw *rest;
    }
    print(sorted(ended));
    try {
        co_await rota::with_task_group([&](rota::task_group& tg) -> rota::coro<> {
            tg.create_task(sibling("s3"));
            co_await rota::sleep(0s);
            throw std::runtime_error("body failed");
        });
    } catch (rota::exception_group const& all) {
        if (auto g = all.subgroup<std::runtime_error>()) print("body:", texts(*g));
        if (auto rest = all.split<std::runtime_error>().second) throw *rest;
    }
    print(ended.back());
}

conformance::program const here(async_main);
}  // namespace program_17
