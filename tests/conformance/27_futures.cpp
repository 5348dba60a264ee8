// A future is set once; callbacks run from the loop, in order, also when added after the fact.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_27 {
using conformance::print;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    auto f = rota::create_future<int>();
    f.add_done_callback([](auto done) { print("first", done.result()); });
    f.add_done_callback([](auto) { print("second"); });
    f.set_result(7);
    print("set", f.done());
    try {
        f.set_result(8);
    } catch (rota::invalid_state_error const&) {
        print("InvalidStateError");
    }
    print(co_await f);
    f.add_done_callback([](auto) { print("late"); });
    co_await rota::sleep(0s);
    auto g = rota::create_future<int>();
    try {
        g.result();
    } catch (rota::invalid_state_error const&) {
        print("not ready");
    }
    bool const cancelled = g.cancel();
    print(cancelled, g.cancelled(), g.cancel());
    auto e = rota::create_future<int>();
    e.set_exception(value_error("stored"));
    try {
        co_await e;
    } catch (value_error const& err) {
        print(err, type_name(e.exception()));
    }
}

conformance::program const here(async_main);
}  // namespace program_27
