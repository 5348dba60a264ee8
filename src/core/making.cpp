#include "making.hpp"

#include "native_stack.hpp"

#include <rota/base/frame_pool.hpp>
#include <rota/detail/report.hpp>
#include <rota/detail/task_state.hpp>

#include <execinfo.h>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <source_location>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace rota::inline v0::detail {
namespace {

struct making {
    std::string task;
    std::array<std::source_location, 8> lines;  // innermost first
    std::array<void*, 8> addresses;
    std::uint8_t line_count = 0;
    std::uint8_t address_count = 0;
};

struct making_table {
    std::mutex mutex;
    std::unordered_map<void const*, making> known;
};

// Frames may die after static destructors have run.
making_table& makings() {
    static auto* const table = new making_table;
    return *table;
}

[[gnu::noinline]] making here() {
    making found;
    if (hot.current != nullptr) {
        found.task = describe_name(*hot.current);
        for (auto const* frame = hot.current->innermost; frame != nullptr && found.line_count < found.lines.size();
             frame = frame->parent)
            if (frame->line.line() != 0) found.lines[found.line_count++] = frame->line;
    }
    // The first are this function and those that lead here.
    constexpr int own = 3;
    std::array<void*, own + std::tuple_size_v<decltype(making::addresses)>> all;
    int const count = ::backtrace(all.data(), static_cast<int>(all.size()));
    if (count > own) {
        std::copy(all.data() + own, all.data() + count, found.addresses.data());
        found.address_count = static_cast<std::uint8_t>(count - own);
    }
    return found;
}

[[gnu::noinline]] void taken(void* block) noexcept { note_making(block); }
void returned(void* block) noexcept { forget_making(block); }

constexpr frame_pool::watcher noting{&taken, &returned};

}  // namespace

void note_makings(bool on) noexcept { frame_pool::watch(on ? &noting : nullptr); }

void note_making(void const* made) noexcept {
    try {
        making found = here();
        auto& table = makings();
        std::lock_guard const held(table.mutex);
        table.known.insert_or_assign(made, std::move(found));
    } catch (std::exception const&) {
        forget_making(made);  // of what was at that address before
    }
}

void forget_making(void const* made) noexcept {
    auto& table = makings();
    std::lock_guard const held(table.mutex);
    table.known.erase(made);
}

void copy_making(void const* from, void const* to) noexcept {
    auto& table = makings();
    std::lock_guard const held(table.mutex);
    table.known.erase(to);
    try {
        if (auto const found = table.known.find(from); found != table.known.end()) {
            making copied = found->second;
            table.known.emplace(to, std::move(copied));
        }
    } catch (std::exception const&) {
        // Then nothing is known of it.
    }
}

std::string describe_making(void const* made) {
    making of;
    {
        auto& table = makings();
        std::lock_guard const held(table.mutex);
        auto const found = table.known.find(made);
        if (found == table.known.end()) return {};
        of = found->second;
    }
    std::string text;
    if (!of.task.empty()) text.append("\n  made by ").append(of.task);
    if (!of.task.empty() && of.line_count != 0) text.append(", behind its awaits at");
    for (std::size_t i = of.line_count; i-- > 0;) text.append("\n    ").append(describe_line(of.lines[i]));
    if (of.address_count != 0) text.append("\n  made where this leads");
    text.append(describe_addresses(of.addresses.data(), of.address_count, "    "));
    return text;
}

}  // namespace rota::inline v0::detail
