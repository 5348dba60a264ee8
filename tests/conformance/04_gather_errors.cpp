// The first error reaches the caller, and the siblings are cancelled first. With return_exceptions the errors are results.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_04 {
using conformance::each;
using conformance::print;
using conformance::repr;
using conformance::shown;
using conformance::str;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<double> ok(double delay) {
    co_await rota::sleep(std::chrono::duration<double>(delay));
    print("ok", delay);
    co_return delay;
}

rota::coro<double> bad(double delay) {
    co_await rota::sleep(std::chrono::duration<double>(delay));
    throw value_error("bad " + str(delay));
}

rota::coro<> async_main() {
    try {
        co_await rota::gather(ok(0.03), bad(0.01), bad(0.02));
    } catch (value_error const& e) {
        print("caught", e);
    }
    co_await rota::sleep(50ms);
    auto const results = co_await rota::gather(rota::return_exceptions, ok(0.01), bad(0.02));
    print(each(results, [](auto const& r) { return r ? shown(repr(r.value())) : shown(repr(type_name(r.error()))); }));
}

conformance::program const here(async_main);
}  // namespace program_04
