#pragma once

#include <rota/base/export.hpp>

#include <cstdint>
#include <utility>

namespace rota::inline v0::detail {

struct task_state;

/// Somebody who wants to know when a task or future is done. `notify` is called once, with the waiter out of the ring.
struct completion_waiter {
    using function = void (*)(completion_waiter&) noexcept;

    explicit completion_waiter(function when_done) noexcept : notify(when_done) {}
    completion_waiter(completion_waiter const&) = delete;
    completion_waiter(completion_waiter&& unlinked) noexcept : notify(unlinked.notify) {}
    completion_waiter& operator=(completion_waiter const&) = delete;

    bool linked() const noexcept { return next != nullptr; }

    completion_waiter* previous = nullptr;  // not set of one that is alone in its ring
    completion_waiter* next = nullptr;
    function notify;  // null: it is a `waiting_task`
};

/// A task that is to be woken, which is what nearly all are.
struct waiting_task : completion_waiter {
    waiting_task() noexcept : completion_waiter(nullptr) {}
    task_state* waiting = nullptr;
};

/// Any number of waiters in one word, notified in the order in which they came: a ring, of which the last is known.
///
/// Nearly always one task waits, and from its end to the other's turn each load less is felt: the word is then that task
/// itself, marked, and its node is left alone until somebody joins it.
class waiter_ring {
public:
    bool empty() const noexcept { return word_ == 0; }
    /// Null also where one task waits alone.
    completion_waiter* last() const noexcept {
        return is_task() ? nullptr : reinterpret_cast<completion_waiter*>(word_);
    }

    void add(completion_waiter& waiter) noexcept {
        if (is_task()) [[unlikely]]
            link_task();
        completion_waiter* const before = last();
        if (before == nullptr) {
            waiter.next = &waiter;
        } else {
            waiter.previous = before;
            waiter.next = before->next;
            before->next->previous = &waiter;
            before->next = &waiter;
        }
        word_ = reinterpret_cast<std::uintptr_t>(&waiter);
    }
    /// `waiting` is parked on a `task_awaiter`, whose node this is.
    void add(task_state& waiting, waiting_task& node) noexcept {
        if (word_ == 0) [[likely]]
            word_ = reinterpret_cast<std::uintptr_t>(&waiting) | task_mark;
        else
            add_behind(waiting, node);
    }

    void remove(completion_waiter& waiter) noexcept {
        if (is_task()) {
            word_ = 0;
            return;
        }
        if (waiter.next == &waiter) {
            word_ = 0;
        } else {
            waiter.previous->next = waiter.next;
            waiter.next->previous = waiter.previous;
            if (last() == &waiter) word_ = reinterpret_cast<std::uintptr_t>(waiter.previous);
        }
        waiter.previous = waiter.next = nullptr;
    }

    /// `wake(task_state&)` is for the tasks.
    template <class Wake>
    void notify_all(Wake const& wake) noexcept {
        if (word_ == 0) return;
        if (is_task()) [[likely]]
            return wake(*reinterpret_cast<task_state*>(std::exchange(word_, 0) - task_mark));
        notify_each(wake);
    }

private:
    static constexpr std::uintptr_t task_mark = 1;

    bool is_task() const noexcept { return (word_ & task_mark) != 0; }
    ROTA_API void link_task() noexcept;
    ROTA_API void add_behind(task_state& waiting, waiting_task& node) noexcept;

    template <class Wake>
    [[gnu::noinline]] void notify_each(Wake const& wake) noexcept {
        while (completion_waiter* const at_the_end = last()) {
            completion_waiter& first = *at_the_end->next;
            remove(first);
            if (first.notify == nullptr)
                wake(*static_cast<waiting_task&>(first).waiting);
            else
                first.notify(first);
        }
    }

    std::uintptr_t word_ = 0;
};

}  // namespace rota::inline v0::detail
