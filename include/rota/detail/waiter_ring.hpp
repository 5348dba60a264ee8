#pragma once

#include <utility>

namespace rota::inline v0::detail {

/// Somebody who wants to know when a task or future is done. `notify` is called once, with the waiter out of the ring.
struct completion_waiter {
    using function = void (*)(completion_waiter&) noexcept;

    explicit completion_waiter(function when_done) noexcept : notify(when_done) {}
    completion_waiter(completion_waiter const&) = delete;
    completion_waiter(completion_waiter&& unlinked) noexcept : notify(unlinked.notify) {}
    completion_waiter& operator=(completion_waiter const&) = delete;

    bool linked() const noexcept { return next != nullptr; }

    completion_waiter* previous = nullptr;
    completion_waiter* next = nullptr;
    function notify;
};

/// Any number of waiters in one word, notified in the order in which they came: a ring, of which the last is known.
class waiter_ring {
public:
    bool empty() const noexcept { return last_ == nullptr; }
    completion_waiter* last() const noexcept { return last_; }

    void add(completion_waiter& waiter) noexcept {
        if (last_ == nullptr) {
            waiter.next = waiter.previous = &waiter;
        } else {
            waiter.previous = last_;
            waiter.next = last_->next;
            last_->next->previous = &waiter;
            last_->next = &waiter;
        }
        last_ = &waiter;
    }

    void remove(completion_waiter& waiter) noexcept {
        if (waiter.next == &waiter) {
            last_ = nullptr;
        } else {
            waiter.previous->next = waiter.next;
            waiter.next->previous = waiter.previous;
            if (last_ == &waiter) last_ = waiter.previous;
        }
        waiter.previous = waiter.next = nullptr;
    }

    void notify_all() noexcept {
        while (last_ != nullptr) {
            completion_waiter& first = *last_->next;
            remove(first);
            first.notify(first);
        }
    }

private:
    completion_waiter* last_ = nullptr;
};

}  // namespace rota::inline v0::detail
