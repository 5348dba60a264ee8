#include "owners.hpp"

#include <rota/base/error.hpp>
#include <rota/core/debug.hpp>
#include <rota/detail/scheduler.hpp>

#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

namespace rota::inline v0::detail {
namespace {

struct owner_table {
    std::mutex mutex;
    std::unordered_map<scheduler const*, std::thread::id> threads;
};

// Loops and threads may end after static destructors have run.
owner_table& owners() {
    static auto* const table = new owner_table;
    return *table;
}

}  // namespace

bool belongs_to_another_thread(scheduler const* home) {
    auto& table = owners();
    std::lock_guard const held(table.mutex);
    auto const found = table.threads.find(home);
    return found != table.threads.end() && found->second != std::this_thread::get_id();
}

void enter_owner(scheduler const& home) {
    auto& table = owners();
    std::lock_guard const held(table.mutex);
    table.threads[&home] = std::this_thread::get_id();
}

void leave_owner(scheduler const& home) noexcept {
    auto& table = owners();
    std::lock_guard const held(table.mutex);
    table.threads.erase(&home);
}

void refuse_other_thread(scheduler const* home, char const* call) {
    if (!debug_mode() || !belongs_to_another_thread(home)) return;
    throw usage_error(
        std::string(call) +
        ": called from a thread that is not its loop's; have the loop call it, by call_soon_threadsafe or "
        "run_coroutine_threadsafe");
}

}  // namespace rota::inline v0::detail
