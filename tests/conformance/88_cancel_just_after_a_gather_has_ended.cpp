// A cancel that comes when every child of a gather has ended, but who waits for it has not had its turn.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_88 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> gathers(rota::future<int> one, rota::future<int> two) {
    try {
        print("got", co_await rota::gather(one, two));
    } catch (rota::cancelled_error const&) {
        print("results lost");
        throw;
    }
    co_await rota::sleep(0s);
    print("not reached");
}

rota::coro<> async_main() {
    auto one = rota::create_future<int>();
    auto two = rota::create_future<int>();
    auto t = rota::create_task(gathers(one, two));
    for (int turn = 0; turn < 2; ++turn) co_await rota::sleep(0s);
    one.set_result(1);
    two.set_result(2);
    co_await rota::sleep(0s);
    bool const asked = t.cancel();
    print(asked, t.done());
    co_await rota::wait(t);
    print(t.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_88
