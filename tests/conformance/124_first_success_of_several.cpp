// The first of several tasks that succeeds, and the rest cancelled: a loop round wait(first_completed).
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <optional>

namespace program_124 {
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> mirror(std::string name, std::chrono::milliseconds delay, bool works) {
    try {
        co_await rota::sleep(delay);
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
        throw;
    }
    if (!works) throw value_error(name);
    co_return name;
}

rota::coro<> async_main() {
    std::vector<rota::task<std::string>> pending{rota::create_task(mirror("a", 10ms, false)),
                                                 rota::create_task(mirror("b", 30ms, true)),
                                                 rota::create_task(mirror("c", 10s, true))};
    std::optional<std::string> answer;
    while (!pending.empty() && !answer) {
        auto waited = co_await rota::wait(pending, rota::first_completed);
        for (auto const& t : waited.done) {
            if (auto const error = t.exception())
                print("failed:", conformance::str(error));
            else
                answer = t.result();
        }
        pending = std::move(waited.pending);
    }
    for (auto const& t : pending) t.cancel();
    co_await rota::wait(pending);
    print("answer:", answer.value());
}

conformance::program const here(async_main);
}  // namespace program_124
