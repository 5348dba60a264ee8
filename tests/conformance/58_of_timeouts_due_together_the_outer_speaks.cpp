// Two deadlines at the same moment: both have expired, the outer one raises.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_58 {
using conformance::print;
using conformance::type_name;
using namespace std::chrono_literals;

rota::coro<> section(rota::timeout_scope& inner) {
    try {
        co_await rota::with_timeout(inner, rota::sleep(10s));
    } catch (...) {
        print("inner", type_name(std::current_exception()), inner.expired());
        throw;
    }
}

rota::coro<> async_main() {
    auto const when = rota::running_loop().time();
    rota::timeout_scope outer(when);
    rota::timeout_scope inner(when);
    try {
        co_await rota::with_timeout(outer, section(inner));
    } catch (...) {
        print("outer", type_name(std::current_exception()), outer.expired());
    }
    print(rota::current_task().cancelling());
    co_await rota::sleep(0s);
}

conformance::program const here(async_main);
}  // namespace program_58
