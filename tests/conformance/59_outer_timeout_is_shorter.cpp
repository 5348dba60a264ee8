// The outer deadline comes first: to the inner section it is a cancel like any other, and its own has not expired.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_59 {
using conformance::print;
using conformance::type_name;
using namespace std::chrono_literals;

rota::coro<> section(rota::timeout_scope& inner) {
    try {
        co_await rota::with_timeout(inner, rota::sleep(10s));
    } catch (...) {
        print("inner", type_name(std::current_exception()), inner.expired(), rota::current_task().cancelling());
        throw;
    }
}

rota::coro<> async_main() {
    rota::timeout_scope outer(1ms);
    rota::timeout_scope inner(10s);
    try {
        co_await rota::with_timeout(outer, section(inner));
    } catch (rota::timeout_error const&) {
        print("outer", outer.expired(), rota::current_task().cancelling());
    }
}

conformance::program const here(async_main);
}  // namespace program_59
