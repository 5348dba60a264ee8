#pragma once

#include <rota/core/coro.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/task_start.hpp>

#include <coroutine>
#include <exception>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// A coroutine of nobody's chain that foreign awaitables may resume: when it is, the Rota task that waits is woken.
struct resumption_stub {
    struct promise_type {
        resumption_stub get_return_object() noexcept {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        std::suspend_always final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
    std::coroutine_handle<promise_type> frame;
};

inline resumption_stub wake_when_resumed(task_state*& waiting) {
    wake(*std::exchange(waiting, nullptr));
    co_return;
}

template <class Inner>
class adapting_awaiter : public leaf {
public:
    explicit adapting_awaiter(Inner&& inner) : inner_(std::move(inner)) {}
    adapting_awaiter(adapting_awaiter&& other) noexcept : leaf(std::move(other)), inner_(std::move(other.inner_)) {}
    adapting_awaiter& operator=(adapting_awaiter&&) = delete;
    ~adapting_awaiter() {
        if (stub_) stub_.destroy();
    }

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& task = suspend_here(awaiting.promise(), line);
        if (task.visible != 0) [[unlikely]]
            return task.raise_at_entry();
        stub_ = wake_when_resumed(waiting_).frame;
        waiting_ = &task;
        task.parked = this;
        auto& inner = inner_.awaiter();
        try {
            if (inner.await_ready()) return finished(task);
            using answer = decltype(inner.await_suspend(std::coroutine_handle<>(stub_)));
            if constexpr (std::is_void_v<answer>)
                inner.await_suspend(std::coroutine_handle<>(stub_));
            else if constexpr (std::is_same_v<answer, bool>) {
                if (!inner.await_suspend(std::coroutine_handle<>(stub_))) return finished(task);
            } else {
                inner.await_suspend(std::coroutine_handle<>(stub_)).resume();
            }
        } catch (...) {
            finished(task);
            throw;
        }
        return true;
    }

    decltype(auto) await_resume() {
        check_raise();
        return inner_.awaiter().await_resume();
    }

    // A foreign awaitable knows no cancel: it is waited for.
    bool cancel(task_state&) noexcept override { return false; }
    char const* waits_for() const noexcept override { return "a foreign awaitable"; }

private:
    bool finished(task_state& task) noexcept {
        task.parked = nullptr;
        waiting_ = nullptr;
        return false;
    }

    Inner inner_;
    std::coroutine_handle<> stub_;
    task_state* waiting_ = nullptr;
};

}  // namespace detail

/// Awaits something of another library: anything with `await_ready`, `await_suspend(std::coroutine_handle<>)` and
/// `await_resume`. The library must resume it on the loop's thread (from another use `call_soon_threadsafe`), once.
///
/// Costs one small frame. Cancellation: a foreign awaitable knows none, so it is waited for and its result delivered; the
/// cancel comes out of the next await.
/// asyncio: has no need of it.
template <class A>
    requires detail::awaitable<A&&>
[[nodiscard]] auto adapt(A&& foreign) {
    return detail::adapting_awaiter(detail::bind_body(detail::offers<>{}, std::forward<A>(foreign)));
}

}  // namespace rota::inline v0
