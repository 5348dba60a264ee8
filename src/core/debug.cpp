#include <rota/core/debug.hpp>

#include "making.hpp"

#include <rota/base/error.hpp>
#include <rota/detail/report.hpp>
#include <rota/detail/task_state.hpp>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>

namespace rota::inline v0 {
namespace {

bool asked_for_by_environment() noexcept {
    char const* const value = std::getenv("ROTA_DEBUG");
    return value != nullptr && *value != '\0' && std::strcmp(value, "0") != 0;
}

std::atomic<bool>& mode() noexcept {
    static std::atomic<bool> on{asked_for_by_environment()};
    return on;
}

std::string awaits_here() {
    return detail::hot.current != nullptr ? detail::describe_chain(*detail::hot.current, "") : std::string();
}

void turn(bool on) noexcept {
    detail::note_makings(on);
    detail::stack_source.store(on ? &awaits_here : nullptr, std::memory_order_relaxed);
}

// Before main, so that no coroutine is made unseen.
[[maybe_unused]] bool const from_the_start = [] {
    if (mode()) turn(true);
    return true;
}();

}  // namespace

bool debug_mode() noexcept { return mode().load(std::memory_order_relaxed); }

void set_debug_mode(bool on) noexcept {
    mode().store(on, std::memory_order_relaxed);
    turn(on);
}

}  // namespace rota::inline v0
