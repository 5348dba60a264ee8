// A child that somebody cancels does not stop its group; a body's error stands with those of the children.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <functional>

namespace program_83 {
using conformance::each;
using conformance::key_error;
using conformance::print;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> child(rota::event& gate, std::string name) {
    try {
        co_await gate.wait();
        print(name, "ended");
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
        throw;
    }
}

rota::coro<> fails_on_cancel() {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        throw value_error("child");
    }
}

rota::coro<rota::any_task> cancels_a_child(rota::task_group& group, rota::event& gate) {
    auto a = group.create_task(child(gate, "a"));
    group.create_task(child(gate, "b"));
    co_await rota::sleep(0s);
    a.cancel();
    co_await rota::sleep(0s);
    gate.set();
    co_return a;
}

rota::coro<> fails(rota::task_group& group) {
    group.create_task(fails_on_cancel());
    co_await rota::sleep(0s);
    throw key_error("body");
}

rota::coro<> gives_up(rota::task_group& group, rota::event& gate) {
    group.create_task(child(gate, "c"));
    co_await rota::sleep(0s);
    throw rota::cancelled_error();
}

rota::coro<> async_main() {
    rota::event gate;
    auto const a = co_await rota::with_task_group(cancels_a_child, std::ref(gate));
    print("group ended", a.cancelled());
    try {
        co_await rota::with_task_group(fails);
    } catch (rota::exception_group const& g) {
        print(each(g.exceptions(), type_name));
    }
    gate.clear();
    try {
        co_await rota::with_task_group(gives_up, std::ref(gate));
    } catch (rota::cancelled_error const&) {
        print("body's cancel", rota::current_task().cancelling());
    }
}

conformance::program const here(async_main);
}  // namespace program_83
