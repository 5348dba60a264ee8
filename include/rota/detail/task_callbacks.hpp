#pragma once

#include <rota/core/callback_handle.hpp>
#include <rota/core/context.hpp>
#include <rota/core/task.hpp>

#include <utility>

namespace rota::inline v0 {

namespace detail {

/// A callback that waits for a task to be done, then for its turn.
class ROTA_API done_callback_node : public waiting_callback_node, public completion_waiter {
public:
    done_callback_node(scheduler& home, task_state& awaited) noexcept
        : waiting_callback_node(home), completion_waiter(&done_callback_node::done), awaited_(&awaited) {}

    void withdraw() noexcept override;
    /// Lets it wait, or go to the queue where there is nothing to wait for.
    void begin() noexcept;

private:
    static void done(completion_waiter& waiter) noexcept;

    task_state* awaited_;
};

/// Where tasks and futures belong to the loop that runs here.
ROTA_API scheduler& home_for_callback(scheduler const* home, bool done);

template <class Task, class F>
callback_handle add_task_callback(Task const& task, context_map* in, F&& f) {
    task_state& awaited = task.state();
    check_owner(awaited.home, "task.add_done_callback");
    scheduler& home = home_for_callback(awaited.home, awaited.done());
    auto bound = bind_copies(std::forward<F>(f), task);
    auto* const node = new callback<done_callback_node, decltype(bound)>(std::move(bound), home, awaited);
    node->context = share(in);
    callback_handle handle = callback_handle::of(*node);
    node->begin();
    return handle;
}

}  // namespace detail

template <class F>
callback_handle any_task::add_done_callback(F&& f) const {
    return detail::add_task_callback(*this, detail::current_context(), std::forward<F>(f));
}
template <class F>
callback_handle any_task::add_done_callback(context const& in, F&& f) const {
    return detail::add_task_callback(*this, in.map(), std::forward<F>(f));
}

template <class T>
template <class F>
callback_handle task<T>::add_done_callback(F&& f) const {
    return detail::add_task_callback(*this, detail::current_context(), std::forward<F>(f));
}
template <class T>
template <class F>
callback_handle task<T>::add_done_callback(context const& in, F&& f) const {
    return detail::add_task_callback(*this, in.map(), std::forward<F>(f));
}

}  // namespace rota::inline v0
