#pragma once

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

// Runs `main` to its end in simulation.
template <class Main>
void simulate(Main main) {
    rota::run(rota::runner_options(rota::engine_kind::simulated), std::move(main));
}

// Lets all that is ready, and what becomes ready by it, have its turn.
inline rota::coro<> settle(int turns = 8) {
    for (int i = 0; i < turns; ++i) co_await rota::yield();
}

// Awaits `task`, and says how it ended: `done`, `cancelled`, or the text of its error.
inline rota::coro<std::string> ending(rota::any_task task) {
    try {
        co_await task;
    } catch (rota::cancelled_error const&) {
        if (task.cancelled()) co_return "cancelled";
        throw;
    } catch (std::exception const& error) {
        co_return error.what();
    }
    co_return "done";
}

using names = std::vector<std::string>;
