#pragma once

#include <rota/base/export.hpp>
#include <rota/base/slab.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/detail/context_map.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/ready_queue.hpp>
#include <rota/detail/waiter_ring.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <source_location>

namespace rota::inline v0::detail {

class scheduler;
struct context_map;

/// Told, inside the turn in which a task ends, that it has ended: what owns several tasks and counts them.
struct task_observer {
    using function = void (*)(task_observer&, task_state&) noexcept;
    explicit task_observer(function when_done) noexcept : child_done(when_done) {}
    function child_done;
};

/// The cancels that `with_shield` holds back: what was visible outside while its body runs.
struct shield_record {
    shield_record* outer = nullptr;
    std::uint32_t held = 0;
    std::uint8_t raises = 0;
};

/// What the block of a task needs to know of its result's type.
struct result_operations {
    void (*take)(task_state&, promise_base& root);  // null: the task returns nothing
    void (*release)(task_state&) noexcept;          // ends the block and gives it back
    std::size_t block_size;
};

enum task_flag : std::uint8_t {
    task_started = 1,  // its first turn has come
    task_done = 2,
    task_cancelled = 4,     // done by `cancelled_error`
    task_raise = 8,         // the leaf it resumes from raises `cancelled_error`
    task_error_seen = 16,   // somebody has been given its error
    task_hands_on = 32,     // a cancel is on its way through it to what it waits for
    task_swallows = 64,     // it has swallowed a hundred raises: to be reported
    task_needs_care = 128,  // its next resume is its first one, or there is something to report before it
};

/// Everything about a task but its frames. Its block outlives them, for as long as there are handles. Owned by one thread.
///
/// Cancel requests are counted by the shield level at which they were made. `visible` are those that the present level
/// sees; `shields` holds those of the levels outside it. A leaf's check is one load of `visible`.
struct task_state : runnable {
    std::uint8_t flags = task_needs_care;
    std::uint8_t raises = 0;  // how often the visible request has been raised, up to 255
    std::uint8_t shield_level = 0;
    std::uint32_t id = 0;
    promise_base* innermost = nullptr;  // the frame that runs, or that its next resume goes on with
    scheduler* home = nullptr;
    leaf* parked = nullptr;  // what it waits for; null while it runs or its turn is to come
    waiter_ring waiters;
    task_observer* observer = nullptr;
    std::exception_ptr error{};
    char* name = nullptr;  // null: `Task-ID`
    shield_record* shields = nullptr;
    context_map* context = nullptr;
    std::source_location created{};
    std::uint32_t references = 2;  // the loop's and the handle's
    std::uint32_t visible = 0;
    result_operations const* result;

    explicit task_state(result_operations const& of_result) noexcept
        : runnable(runnable_kind::task), result(&of_result) {}

    bool has(task_flag flag) const noexcept { return (flags & flag) != 0; }
    void set(task_flag flag) noexcept { flags = static_cast<std::uint8_t>(flags | flag); }
    void clear(task_flag flag) noexcept { flags = static_cast<std::uint8_t>(flags & ~flag); }
    bool done() const noexcept { return has(task_done); }

    void add_reference() noexcept { ++references; }
    void drop_reference() noexcept {
        if (--references == 0) [[unlikely]]
            last_reference_dropped();
    }

    /// A request from outside, or from the task itself at its own level. False: it is done already.
    ROTA_API bool cancel() noexcept;
    /// A request made at `level`, by a scope that was entered there.
    ROTA_API void request_cancel(std::uint8_t level) noexcept;
    /// Acknowledges one visible request; how many are left.
    ROTA_API std::uint32_t uncancel() noexcept;

    /// For a leaf that is awaited while a request is visible: raises at once the first time, later by way of the ready
    /// queue (true: suspend).
    ROTA_API bool raise_at_entry();
    /// Raises and counts it. Throws from the frame that asks: each frame more to unwind costs a tenth of a microsecond.
    [[noreturn, gnu::always_inline]] inline void raise_cancelled() {
        count_raise();
        throw cancelled_error();
    }
    [[gnu::cold]] ROTA_API void count_raise() noexcept;

    ROTA_API void enter_shield(shield_record& record);
    ROTA_API void leave_shield(shield_record& record) noexcept;

    ROTA_API void set_name(char const* text, std::size_t length);

private:
    ROTA_API void last_reference_dropped() noexcept;
    void end_with_care() noexcept;
    bool held_to_be_reported() noexcept;
    std::uint8_t level_of_request() const noexcept { return hot.current == this ? shield_level : std::uint8_t{0}; }
    bool count_request(std::uint8_t level) noexcept;
};

static_assert(sizeof(task_state) == 112);

template <class Typed, std::size_t block_size>
void release_block(task_state& state) noexcept {
    static_cast<Typed&>(state).~Typed();
    slab_store::release(&state, block_size);
}

template <class T>
struct typed_task_state : task_state {
    typed_task_state() noexcept : task_state(operations) {}

    result_slot<T> value;

    static void take(task_state& state, promise_base& root);
    /// What a block of so many bytes needs, of which the first are one of these.
    template <std::size_t block_size>
    static constexpr result_operations in_block() noexcept {
        return {&take, &release_block<typed_task_state, block_size>, block_size};
    }
    static result_operations const operations;
};

template <class T>
inline result_operations const typed_task_state<T>::operations =
    typed_task_state<T>::template in_block<(sizeof(typed_task_state<T>) + 7) / 8 * 8>();

template <>
struct typed_task_state<void> : task_state {
    typed_task_state() noexcept : task_state(operations) {}

    template <std::size_t block_size>
    static constexpr result_operations in_block() noexcept {
        return {nullptr, &release_block<typed_task_state, block_size>, block_size};
    }
    ROTA_API static result_operations const operations;
};

inline context_map*& current_context() noexcept { return hot.current != nullptr ? hot.current->context : hot.context; }

/// Called by an await that suspends: the task, with the line noted. It is the current one, whose address is at hand,
/// where the frame's would have to be fetched.
inline task_state& suspend_here(promise_base& awaiting, std::source_location line) noexcept {
    awaiting.line = line;
    return *hot.current;
}

/// For `await_ready` of leaves that may finish without suspending: whether this one may. A visible cancel or a used-up
/// budget sends it through `await_suspend`.
inline bool may_finish_at_once() noexcept {
    return hot.current != nullptr && hot.current->visible == 0 && --hot.budget > 0;
}

/// For `await_resume` of every leaf that `cancel` can withdraw.
[[gnu::always_inline]] inline void check_raise() {
    if (task_state* const task = hot.current; task->has(task_raise)) [[unlikely]] {
        task->clear(task_raise);
        task->raise_cancelled();
    }
}

/// For `take_cancel` of such leaves: what `check_raise` would raise is taken, and counts as raised.
inline bool take_raise() noexcept {
    task_state* const task = hot.current;
    if (!task->has(task_raise)) return false;
    task->clear(task_raise);
    task->count_raise();
    return true;
}

}  // namespace rota::inline v0::detail
