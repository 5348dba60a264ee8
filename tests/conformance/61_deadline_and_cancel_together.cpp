// A deadline that has passed and a cancel from outside in the same moment: the cancel wins.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_61 {
using conformance::print;
using conformance::type_name;
using namespace std::chrono_literals;

rota::coro<> worker(rota::timeout_scope& scope) {
    try {
        co_await rota::with_timeout(scope, rota::sleep(10s));
    } catch (...) {
        print(type_name(std::current_exception()), scope.expired(), rota::current_task().cancelling());
        throw;
    }
}

rota::coro<> async_main() {
    rota::timeout_scope scope(std::nullopt);
    auto t = rota::create_task(worker(scope));
    co_await rota::sleep(0s);
    auto& loop = rota::running_loop();
    loop.call_soon([&] { t.cancel(); });
    scope.reschedule(loop.time() - 1s);
    co_await rota::wait(t);
    print(t.cancelled(), scope.expired());
}

conformance::program const here(async_main);
}  // namespace program_61
