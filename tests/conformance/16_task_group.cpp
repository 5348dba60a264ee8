// A task group ends when all its tasks have ended; a task may add tasks to its group.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_16 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> leaf(std::string name, std::chrono::milliseconds delay) {
    co_await rota::sleep(delay);
    print(name);
}

rota::coro<> grower(rota::task_group& tg) {
    co_await rota::sleep(10ms);
    tg.create_task(leaf("grown", 20ms));
    print("grower");
}

rota::coro<> async_main() {
    rota::task<> t;
    co_await rota::with_task_group([&](rota::task_group& tg) -> rota::coro<> {
        tg.create_task(grower(tg));
        t = tg.create_task(leaf("first", 0ms));
        print("body ends");
        co_return;
    });
    print("group ended", t.done());
}

conformance::program const here(async_main);
}  // namespace program_16
