// next() of as_completed gives the tasks it was given, those that failed too.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_122 {
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> job(std::string name, std::chrono::milliseconds delay) {
    co_await rota::sleep(delay);
    if (name == "bad") throw value_error(name);
    co_return name;
}

rota::coro<> async_main() {
    std::vector<rota::task<std::string>> const tasks{
        rota::create_task(rota::named("job slow"), job("slow", 50ms)),
        rota::create_task(rota::named("job bad"), job("bad", 30ms)),
        rota::create_task(rota::named("job fast"), job("fast", 10ms)),
    };
    auto finished = rota::as_completed(tasks);
    while (auto const t = co_await finished.next())
        print(t.name(), std::ranges::find(tasks, t) - tasks.begin(), t.exception() ? "failed" : t.result());
    print("all given");
}

conformance::program const here(async_main);
}  // namespace program_122
