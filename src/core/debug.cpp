#include <rota/core/debug.hpp>

#include <rota/base/error.hpp>
#include <rota/detail/scheduler.hpp>

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

}  // namespace

bool debug_mode() noexcept { return mode().load(std::memory_order_relaxed); }
void set_debug_mode(bool on) noexcept { mode().store(on, std::memory_order_relaxed); }

void detail::scheduler::refuse_other_threads(char const* what) const {
    if (std::this_thread::get_id() == owner_) return;
    throw usage_error(
        std::string(what) +
        ": called from a thread that is not the loop's; use call_soon_threadsafe or run_coroutine_threadsafe");
}

}  // namespace rota::inline v0
