#pragma once

#include <rota/detail/task_state.hpp>
#include <rota/detail/waiter_ring.hpp>

namespace rota::inline v0::detail {

/// Somebody's interest in the end of one of several tasks.
template <class Owner>
struct watch_node : completion_waiter {
    watch_node() noexcept : completion_waiter(nullptr) {}

    void start(Owner& by, task_state& of, function when_done) noexcept {
        owner = &by;
        task = &of;
        notify = when_done;
        // Nobody else's node can come between those that one owner adds in one go.
        completion_waiter* const before = of.waiters.last();
        again = before != nullptr && before->notify == when_done && static_cast<watch_node*>(before)->owner == &by;
        of.waiters.add(*this);
    }
    void stop() noexcept {
        if (linked()) task->waiters.remove(*this);
    }

    Owner* owner = nullptr;
    task_state* task = nullptr;
    bool again = false;  // the same task was given to its owner more than once
};

}  // namespace rota::inline v0::detail
