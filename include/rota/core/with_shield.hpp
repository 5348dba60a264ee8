#pragma once

#include <rota/core/coro.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/task_state.hpp>

#include <coroutine>
#include <exception>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

template <class Inner>
class shield_awaiter {
public:
    explicit shield_awaiter(Inner&& inner) : inner_(std::move(inner)) {}

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_ = awaiting.promise().task;
        task_->enter_shield(record_);
        try {
            return start_inner(inner_.start(), awaiting, line);
        } catch (...) {
            task_->leave_shield(record_);
            throw;
        }
    }

    decltype(auto) await_resume() {
        struct leave {
            shield_awaiter& self;
            ~leave() { self.task_->leave_shield(self.record_); }
        } const leaving{*this};
        return inner_.awaiter().await_resume();
    }

private:
    Inner inner_;
    task_state* task_ = nullptr;
    shield_record record_;
};

}  // namespace detail

/// Awaits `body` with cancels held back: what is asked of the task from outside is delivered at the first await after it.
/// Time-outs and cancels made inside work as ever, so `with_shield(with_timeout(1s, body))` is a clean-up with a limit.
///
/// `body` is something to await, or `fn, args...` whose copies live until it is done. Gives what the body gives.
///
/// Cancellation: none goes in; it is delivered afterwards, and the body's result first.
/// asyncio: has nothing like it. `shield(task)` is its other meaning: the waiter leaves, the task goes on.
template <class Body, class... Args>
[[nodiscard]] auto with_shield(Body&& body, Args&&... args) {
    return detail::shield_awaiter(
        detail::bind_body(detail::offers<>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}

}  // namespace rota::inline v0
