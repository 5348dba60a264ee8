// Callbacks run first in, first out; those added while a batch runs, by a callback or a task, run in the next.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_173 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    std::vector<std::string> log;
    auto const append = [&](std::string name) { log.push_back(name); };
    auto const outer = [&](std::string name) {
        log.push_back(name);
        loop.call_soon(append, name + " again");
    };
    rota::callback_handle victim;
    auto const cancels = [&] {
        log.push_back("cancels");
        victim.cancel();
    };
    loop.call_soon(outer, "a");
    loop.call_soon(cancels);
    victim = loop.call_soon(append, "victim");
    loop.call_soon(outer, "b");
    co_await rota::sleep(0s);
    print(log);
    co_await rota::sleep(0s);
    print(std::vector(log.begin() + 3, log.end()), victim.cancelled());
    victim.cancel();

    log.clear();
    rota::event done;
    auto const now = loop.time();
    auto const last = [&] {
        log.push_back("at 3");
        done.set();
    };
    loop.call_at(now + 3ms, last);
    loop.call_at(now - 1s, append, "past");
    loop.call_at(now + 1ms, append, "at 1");
    auto never = loop.call_later(2ms, append, "never");
    loop.call_at(now + 1500us, [&] { never.cancel(); });
    co_await done.wait();
    print(log, never.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_173
