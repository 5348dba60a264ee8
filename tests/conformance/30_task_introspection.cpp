// current_task, all_tasks, names.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_30 {
using conformance::print;
using conformance::sorted;
using namespace std::chrono_literals;

rota::coro<> child() {
    print("in", rota::current_task().name());
    co_await rota::sleep(10s);
}

std::vector<std::string> names(std::vector<rota::any_task> const& tasks) {
    std::vector<std::string> all;
    for (auto const& t : tasks) all.push_back(t.name());
    return sorted(all);
}

rota::coro<> async_main() {
    rota::current_task().set_name("main");
    auto t = rota::create_task(rota::named("child"), child());
    print(names(rota::all_tasks()));
    co_await rota::sleep(0s);
    t.cancel();
    co_await rota::gather(rota::return_exceptions, t);
    print(names(rota::all_tasks()));
}

conformance::program const here(async_main);
}  // namespace program_30
