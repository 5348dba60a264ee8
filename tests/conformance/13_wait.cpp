// wait: first_completed, first_exception, all_completed, and a timeout that cancels nothing.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_13 {
using conformance::each;
using conformance::print;
using conformance::sorted;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> job(std::string name, std::chrono::milliseconds delay, bool fail) {
    co_await rota::sleep(delay);
    if (fail) throw value_error(name);
    co_return name;
}

std::vector<std::string> names(std::vector<rota::task<std::string>> const& tasks) {
    return sorted(each(tasks, [](auto const& t) { return t.name(); }));
}

rota::task<std::string> make(std::string name, std::chrono::milliseconds delay, bool fail = false) {
    return rota::create_task(rota::named(name), job(name, delay, fail));
}

rota::coro<> async_main() {
    std::vector ts = {make("a", 10ms), make("b", 50ms), make("c", 90ms, true)};
    auto first = co_await rota::wait(ts, rota::first_completed);
    print("first completed", names(first.done), names(first.pending));
    auto timeout = co_await rota::wait(ts, 0s);
    print("timeout", names(timeout.done), names(timeout.pending));
    auto failed = co_await rota::wait(ts, rota::first_exception);
    print("first exception", names(failed.done), names(failed.pending));
    ts = {make("d", 10ms), make("e", 20ms)};
    auto all = co_await rota::wait(ts);
    print("all", names(all.done), names(all.pending));
}

conformance::program const here(async_main);
}  // namespace program_13
