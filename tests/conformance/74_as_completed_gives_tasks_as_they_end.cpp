// as_completed gives the tasks themselves, in the order of their ends, failed and cancelled ones in their place.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <array>
#include <span>

namespace program_74 {
using conformance::print;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> ends(rota::event& gate, std::string value) {
    co_await gate.wait();
    if (value == "error") throw value_error("failed");
    co_return value;
}

std::array<char const*, 4> const names{"a", "error", "cancelled", "b"};

rota::coro<> opens(std::span<rota::event> gates, std::vector<rota::task<std::string>> tasks) {
    for (auto const at : {3U, 1U, 2U, 0U}) {
        for (int turn = 0; turn < 4; ++turn) co_await rota::sleep(0s);
        if (at == 2)
            tasks[at].cancel();
        else
            gates[at].set();
    }
}

rota::coro<> async_main() {
    std::array<rota::event, 4> gates;
    std::vector<rota::task<std::string>> tasks;
    for (auto const at : {0U, 1U, 2U, 3U}) tasks.push_back(rota::create_task(ends(gates[at], names[at])));
    auto opener = rota::create_task(opens(gates, tasks));
    auto finished = rota::as_completed(tasks);
    while (auto t = co_await finished.next()) {
        auto const* name = names[static_cast<std::size_t>(std::ranges::find(tasks, t) - tasks.begin())];
        try {
            print(name, co_await t);
        } catch (...) {
            print(name, type_name(std::current_exception()));
        }
    }
    print(opener.done());
}

conformance::program const here(async_main);
}  // namespace program_74
