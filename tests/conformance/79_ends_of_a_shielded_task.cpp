// What comes of a shielded task: its error and its own cancel reach who waits; an error after that one has left.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_79 {
using conformance::key_error;
using conformance::print;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

template <class E>
rota::coro<> fails(rota::event& gate) {
    co_await gate.wait();
    throw E("");
}

template <class A>
rota::coro<> waits(A awaitable) {
    try {
        co_await rota::shield(std::move(awaitable));
    } catch (...) {
        print("waiter:", type_name(std::current_exception()), rota::current_task().cancelling());
    }
}

rota::coro<> async_main() {
    rota::running_loop().set_exception_handler(
        [](auto&, auto const& context) { print("handler:", type_name(context.exception)); });
    rota::event gate;
    auto w = rota::create_task(waits(fails<value_error>(gate)));
    co_await rota::sleep(0s);
    gate.set();
    co_await w;
    auto task = rota::create_task(rota::sleep(10s));
    w = rota::create_task(waits(task));
    co_await rota::sleep(0s);
    task.cancel();
    co_await w;
    gate.clear();
    w = rota::create_task(waits(fails<key_error>(gate)));
    for (int turn = 0; turn < 3; ++turn) co_await rota::sleep(0s);
    w.cancel();
    co_await w;
    gate.set();
    for (int turn = 0; turn < 3; ++turn) co_await rota::sleep(0s);
    print("end");
}

conformance::program const here(async_main);
}  // namespace program_79
