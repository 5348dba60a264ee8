#pragma once

#include <rota/core/loop.hpp>
#include <rota/core/task.hpp>

#include <utility>

namespace rota::inline v0 {

namespace detail {

/// A callback that waits for a task to be done, then for its turn.
class done_callback_node : public callback_node, public completion_waiter {
public:
    done_callback_node(scheduler& home) noexcept : completion_waiter(&done_callback_node::done), home_(&home) {}

private:
    static void done(completion_waiter& waiter) noexcept {
        auto& self = static_cast<done_callback_node&>(waiter);
        self.home_->push(self);
    }
    scheduler* home_;
};

}  // namespace detail

template <class F>
void any_task::add_done_callback(F&& f) const {
    detail::task_state& task = state();
    loop& home = running_loop();
    if (task.done()) {
        home.call_soon(std::forward<F>(f), *this);
        return;
    }
    auto bound = detail::bind_copies(std::forward<F>(f), *this);
    auto* const node = new detail::callback<detail::done_callback_node, decltype(bound)>(
        std::move(bound), static_cast<detail::scheduler&>(home));
    node->context = detail::share(detail::current_context());
    task.waiters.add(*node);
}

}  // namespace rota::inline v0
