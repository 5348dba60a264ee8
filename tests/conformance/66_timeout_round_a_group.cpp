// A deadline round a group cancels its tasks; an error that one of them makes of it comes out instead of timeout_error.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_66 {
using conformance::each;
using conformance::print;
using conformance::str;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> child(bool fails) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print("cancelled");
        if (fails) throw value_error("while stopping");
        throw;
    }
}

rota::coro<> one_child(rota::task_group& group, bool fails) {
    group.create_task(child(fails));
    co_return;
}

rota::coro<> attempt(bool fails) {
    rota::timeout_scope scope(1ms);
    try {
        co_await rota::with_timeout(scope, rota::with_task_group(one_child, fails));
    } catch (rota::timeout_error const&) {
        print("TimeoutError");
    } catch (rota::exception_group const& g) {
        print(each(g.exceptions(), [](auto const& e) { return str(e); }));
    }
    print(scope.expired(), rota::current_task().cancelling());
    co_await rota::sleep(0s);
}

rota::coro<> async_main() {
    co_await attempt(false);
    co_await attempt(true);
}

conformance::program const here(async_main);
}  // namespace program_66
