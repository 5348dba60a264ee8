// What can become of each operation that has to do with the world: one list of operations and outcomes. Each outcome is a
// small scenario, which runs on every engine where it can happen; docs/outcomes.md is printed from the list.
#pragma once

#include "io/io_kit.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace world_kit {

using namespace io_kit;
using rota::coro;

/// Where it happens, and why nowhere else.
struct scope {
    bool kernel = true;
    bool simulation = true;
    std::string why{};
};
inline scope everywhere() { return {}; }
inline scope kernel_only(std::string why) { return {true, false, std::move(why)}; }
inline scope simulation_only(std::string why) { return {false, true, std::move(why)}; }

using scenario = std::function<coro<>()>;

struct outcome {
    std::string area;
    std::string operation;
    std::string name;
    scope where;
    scenario run;

    bool happens_on(contestant const& engine) const {
        return engine.kind == rota::engine_kind::simulated ? where.simulation : where.kernel;
    }
};

/// All that were entered, in no order that matters between areas.
inline std::vector<outcome>& outcomes() {
    static std::vector<outcome> all;
    return all;
}

/// Enters the outcomes of one operation:
///
///     of("files", "stat").can("ENOENT", everywhere(), [] -> coro<> { ... });
class of {
public:
    of(std::string area, std::string operation) : area_(std::move(area)), operation_(std::move(operation)) {}
    of& can(std::string name, scope where, scenario run) {
        outcomes().push_back({area_, operation_, std::move(name), std::move(where), std::move(run)});
        return *this;
    }
    of& can(std::string name, scenario run) { return can(std::move(name), everywhere(), std::move(run)); }

private:
    std::string area_;
    std::string operation_;
};

/// Whether the loop that runs here is the kernel's.
inline bool real() { return rota::running_loop().kernel().kind() != rota::engine_kind::simulated; }

/// Waits for the end of a task, however it ends.
template <class T>
coro<> ended(rota::task<T> one) {
    while (!one.done()) co_await rota::sleep(1ms);
}

/// `awaitable` throws a `system_error` of this code, which says what was done.
template <class A>
coro<> fails(std::errc code, A awaitable) {
    try {
        co_await std::move(awaitable);
    } catch (rota::system_error const& error) {
        EXPECT_EQ(error.code(), code) << error.what();
        EXPECT_NE(error.operation(), "") << error.what();
        co_return;
    }
    ADD_FAILURE() << "nothing was thrown";
}

/// The same, and its text is this one.
template <class A>
coro<> fails(std::errc code, std::string text, A awaitable) {
    try {
        co_await std::move(awaitable);
    } catch (rota::system_error const& error) {
        EXPECT_EQ(error.code(), code) << error.what();
        EXPECT_EQ(error.what(), text);
        co_return;
    }
    ADD_FAILURE() << "nothing was thrown";
}

}  // namespace world_kit
