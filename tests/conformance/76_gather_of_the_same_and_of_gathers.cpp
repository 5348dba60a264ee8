// A task may stand in a gather twice, a gather in another; each gives its values in their places.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_76 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> value(std::string name) {
    print("runs", name);
    co_await rota::sleep(0s);
    co_return name;
}

rota::coro<> hangs(std::string name) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print("cancelled", name);
        throw;
    }
}

rota::coro<> nested() { co_await rota::gather(hangs("a"), rota::gather(hangs("b"), hangs("c")), hangs("d")); }

rota::coro<> async_main() {
    auto task = rota::create_task(value("task"));
    print(co_await rota::gather(task, value("other"), task));
    auto future = rota::create_future<int>();
    rota::running_loop().call_soon([=] { future.set_result(3); });
    print(co_await rota::gather(future, future));
    print(co_await rota::gather());
    auto const values = co_await rota::gather(value("a"), rota::gather(value("b"), value("c")));
    print(std::get<0>(values), std::get<1>(values));
    auto t = rota::create_task(nested());
    for (int turn = 0; turn < 3; ++turn) co_await rota::sleep(0s);
    t.cancel();
    co_await rota::wait(t);
    print(t.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_76
