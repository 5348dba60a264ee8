#include <rota/detail/task_state.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/detail/context_map.hpp>
#include <rota/detail/report.hpp>
#include <rota/detail/scheduler.hpp>

#include <cstring>
#include <limits>
#include <new>

namespace rota::inline v0::detail {

thread_local constinit hot_block hot{};

result_operations const typed_task_state<void>::operations =
    typed_task_state<void>::in_block<sizeof(typed_task_state<void>)>();

namespace {

// After this many raises without an acknowledgement somebody swallows cancellation in a loop, and is told.
constexpr std::uint8_t raises_to_report = 100;

}  // namespace

bool task_state::cancel() noexcept {
    if (done()) return false;
    request_cancel(level_of_request());
    return true;
}

// Whether the task sees it now.
bool task_state::count_request(std::uint8_t level) noexcept {
    if (level >= shield_level) {
        ++visible;
        return true;
    }
    // Held back by the shield that was entered from that level.
    shield_record* record = shields;
    for (unsigned at = shield_level; at > level + 1U; --at) record = record->outer;
    ++record->held;
    return false;
}

// Tasks that await tasks hand it on, in a loop, since such rows are as long as anybody likes, and marked, since they may be
// rings.
void task_state::request_cancel(std::uint8_t level) noexcept {
    task_state* last = this;
    while (last->count_request(level) && last->parked != nullptr && !last->has(task_hands_on)) {
        last->set(task_hands_on);
        task_state* const awaited = last->parked->awaited_task();
        if (awaited == nullptr || awaited->has(task_hands_on)) {
            if (last->parked->cancel(*last)) {
                last->set(task_raise);
                last->home->make_ready(*last);
            }
            last->clear(task_hands_on);
            break;
        }
        last = awaited;
        level = last->level_of_request();
    }
    for (task_state* passed = this; passed != last; passed = passed->parked->awaited_task())
        passed->clear(task_hands_on);
}

std::uint32_t task_state::uncancel() noexcept {
    if (visible > 0 && --visible == 0) raises = 0;
    return visible;
}

bool task_state::raise_at_entry() {
    if (raises == 0) raise_cancelled();
    set(task_raise);
    home->make_ready(*this);
    return true;
}

void task_state::count_raise() noexcept {
    if (raises < std::numeric_limits<std::uint8_t>::max()) ++raises;
    if (raises == raises_to_report) {
        set(task_swallows);
        set(task_needs_care);
    }
}

void task_state::enter_shield(shield_record& record) {
    if (shield_level == std::numeric_limits<std::uint8_t>::max()) throw_usage_error("with_shield: nested 255 deep");
    record = {shields, visible, raises};
    shields = &record;
    visible = 0;
    raises = 0;
    ++shield_level;
}

void task_state::leave_shield(shield_record& record) noexcept {
    shields = record.outer;
    visible += record.held;
    raises = record.raises;
    --shield_level;
}

void task_state::set_name(char const* text, std::size_t length) {
    auto* const copy = static_cast<char*>(::operator new(length + 1));
    std::memcpy(copy, text, length);
    copy[length] = '\0';
    ::operator delete(name);
    name = copy;
}

// An error that nobody has seen. The exception handler is told by way of the loop, never from a destructor, and the loop
// holds the task until then: true.
bool task_state::held_to_be_reported() noexcept {
    if (has(task_cancelled) || has(task_error_seen)) return false;
    set(task_error_seen);
    if (home == nullptr) {
        report_orphan(*this);
        return false;
    }
    references = 1;
    set(task_needs_care);
    home->push(*this);
    return true;
}

void task_state::last_reference_dropped() noexcept {
    if (error || name != nullptr) [[unlikely]]
        return end_with_care();
    result->release(*this);
}

void task_state::end_with_care() noexcept {
    if (error && held_to_be_reported()) return;
    if (name != nullptr) ::operator delete(name);
    result->release(*this);
}

}  // namespace rota::inline v0::detail
