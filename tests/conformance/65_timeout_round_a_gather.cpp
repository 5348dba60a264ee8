// A deadline round a gather cancels every child; errors they make of it are not lost.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_65 {
using conformance::print;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> child(std::string name, bool fails = false) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
        if (fails) throw value_error(name);
        throw;
    }
}

template <class Gather>
rota::coro<> attempt(Gather gathered) {
    try {
        co_await rota::with_timeout(1ms, std::move(gathered));
    } catch (...) {
        print(type_name(std::current_exception()), rota::current_task().cancelling());
    }
}

rota::coro<> async_main() {
    co_await attempt(rota::gather(child("a"), child("b")));
    co_await attempt(rota::gather(rota::return_exceptions, child("c"), child("d")));
    co_await attempt(rota::gather(child("e", true), child("f")));
}

conformance::program const here(async_main);
}  // namespace program_65
