// A gather that was cancelled ends so, also where all its children answer with values; each request reaches them.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_87 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> answers(std::string name) {
    for (auto const request : {1, 2}) {
        try {
            co_await rota::sleep(10s);
        } catch (rota::cancelled_error const&) {
            print(name, request, rota::current_task().uncancel());
        }
    }
    co_return name;
}

rota::coro<> gathers() { co_await rota::gather(answers("a"), answers("b")); }

rota::coro<> async_main() {
    auto t = rota::create_task(gathers());
    for (int request = 0; request < 2; ++request) {
        for (int turn = 0; turn < 3; ++turn) co_await rota::sleep(0s);
        bool const asked = t.cancel();
        print(asked, t.done());
    }
    co_await rota::wait(t);
    print(t.cancelled(), t.cancelling());
}

conformance::program const here(async_main);
}  // namespace program_87
