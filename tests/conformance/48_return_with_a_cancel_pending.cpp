// A task that is cancelled during its last turn, after its last await.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_48 {
using conformance::print;
using conformance::type_name;
using conformance::value_error;

rota::coro<std::string> cancels_itself() {
    rota::current_task().cancel();
    co_return "value";
}

rota::coro<> fails() {
    rota::current_task().cancel();
    throw value_error("own error");
    co_return;
}

rota::coro<> async_main() {
    auto t = rota::create_task(cancels_itself());
    auto f = rota::create_task(fails());
    co_await rota::wait(t, f);
    print(t.cancelled() ? "cancelled" : t.result());
    print(type_name(f.exception()), f.cancelling());
}

conformance::program const here(async_main);
}  // namespace program_48
