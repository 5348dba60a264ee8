// Eager children of a group that end at once: their values are there, and an error among them ends the group.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_186 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<int> quick(int value) {
    print("quick", value);
    co_return value;
}

rota::coro<> slow() {
    try {
        print("slow begins");
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print("slow is cancelled");
        throw;
    }
}

rota::coro<> fails() {
    print("fails");
    throw conformance::value_error("boom");
    co_return;
}

rota::coro<> async_main() {
    rota::running_loop().set_task_factory(rota::eager_task_factory);
    rota::task<int> one;
    rota::task<int> two;
    co_await rota::with_task_group([&](rota::task_group& group) -> rota::coro<> {
        one = group.create_task(quick(1));
        two = group.create_task(quick(2));
        print("made", one.done(), two.done());
        co_return;
    });
    print(one.result() + two.result());
    try {
        co_await rota::with_task_group([](rota::task_group& group) -> rota::coro<> {
            group.create_task(slow());
            auto bad = group.create_task(fails());
            print("behind it", bad.done());
            co_await rota::sleep(10s);
            print("not reached");
        });
    } catch (rota::exception_group const& errors) {
        print(conformance::each(errors.exceptions(),
                                [](std::exception_ptr const& error) { return conformance::str(error); }));
    }
    print(rota::current_task().cancelling());
}

conformance::program const here(async_main);
}  // namespace program_186
