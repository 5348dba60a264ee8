// An eager task that is cancelled before its first suspension sees it there, as one that is cancelled right behind does.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_185 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> cancels_itself() {
    bool const asked = rota::current_task().cancel();
    print(asked, rota::current_task().cancelling());
    try {
        co_await rota::sleep(0s);
        print("not reached");
    } catch (rota::cancelled_error const&) {
        print("raised at the first await");
        throw;
    }
}

rota::coro<> waits() {
    try {
        print("begun");
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print("cancelled where it waits");
        throw;
    }
}

rota::coro<> cancels_its_maker(rota::any_task maker) {
    print("cancels its maker", maker.cancel());
    co_return;
}

rota::coro<> makes() {
    try {
        rota::create_task(cancels_its_maker(rota::current_task()));
        print("goes on up to its next await");
        co_await rota::sleep(0s);
        print("not reached");
    } catch (rota::cancelled_error const&) {
        print("and is cancelled there");
    }
}

rota::coro<> wait_for_end(rota::any_task one) {
    std::vector<rota::any_task> const tasks{one};
    co_await rota::wait(tasks);
}

rota::coro<> async_main() {
    rota::running_loop().set_task_factory(rota::eager_task_factory);
    auto itself = rota::create_task(cancels_itself());
    print("made", itself.done(), itself.cancelling());
    co_await wait_for_end(itself);
    print(itself.cancelled());
    auto behind = rota::create_task(waits());
    bool const asked = behind.cancel();
    print(asked, behind.done());
    co_await wait_for_end(behind);
    print(behind.cancelled());
    co_await rota::create_task(makes());
}

conformance::program const here(async_main);
}  // namespace program_185
