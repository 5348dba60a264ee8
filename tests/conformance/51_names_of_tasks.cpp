// Tasks are numbered unless they are given a name; a name can be changed, also after the end.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_51 {
using conformance::print;

rota::coro<> says_its_name() {
    print(rota::current_task().name());
    co_return;
}

rota::coro<> async_main() {
    co_await says_its_name();
    auto first = rota::create_task(says_its_name());
    auto second = rota::create_task(rota::named("reader"), says_its_name());
    auto third = rota::create_task(says_its_name());
    print(first.name(), second.name(), third.name());
    third.set_name("late");
    co_await rota::gather(first, second, third);
    third.set_name("later");
    print(first.name(), second.name(), third.name());
    co_await rota::with_task_group([&](rota::task_group& group) -> rota::coro<> {
        print(group.create_task(rota::named("child"), says_its_name()).name());
        co_return;
    });
}

conformance::program const here(async_main);
}  // namespace program_51
