// The first error comes out of a gather of tasks, and they go on; one that was cancelled counts as an error.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_77 {
using conformance::each;
using conformance::print;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> ends(rota::event& gate, bool fails = false) {
    co_await gate.wait();
    if (fails) throw value_error("first");
    co_return "value";
}

rota::coro<> async_main() {
    rota::event gate;
    rota::event early;
    early.set();
    auto goes_on = rota::create_task(ends(gate));
    auto fails = rota::create_task(ends(early, true));
    try {
        co_await rota::gather(goes_on, fails);
    } catch (value_error const& e) {
        print(e, goes_on.done(), goes_on.cancelling());
    }
    auto cancelled = rota::create_task(ends(gate));
    rota::running_loop().call_soon([=] { cancelled.cancel(); });
    try {
        co_await rota::gather(goes_on, cancelled);
    } catch (rota::cancelled_error const&) {
        print("CancelledError", goes_on.done(), rota::current_task().cancelling());
    }
    co_await rota::sleep(0s);
    gate.set();
    auto const results = co_await rota::gather(rota::return_exceptions, goes_on, fails, cancelled);
    print(each(results, [](auto const& r) { return r ? r.value() : type_name(r.error()); }));
}

conformance::program const here(async_main);
}  // namespace program_77
