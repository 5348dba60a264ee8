#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_start.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// What lets a task's turn come when somebody else's code says so, on whatever thread. It lives in the awaiter.
class ROTA_API resumption final : public callback_node {
public:
    resumption() = default;
    ~resumption() override = default;

    void expect(task_state& waiting) noexcept {
        waiting_ = &waiting;
        home_ = waiting.home;
    }
    // Never inlined into a coroutine: the task may go on, and its frames die, before this returns.
    void come() noexcept;

    void call() override;
    void discard() noexcept override {}

private:
    void destroy() noexcept override {}

    task_state* waiting_ = nullptr;
    scheduler* home_ = nullptr;
};

/// A coroutine of nobody's chain that foreign awaitables may resume. It tells when it is suspended for the last time, since
/// from then on the task may destroy it.
struct resumption_stub {
    struct promise_type {
        struct last_suspension {
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<promise_type> at) const noexcept { at.promise().to.come(); }
            void await_resume() const noexcept {}
        };

        explicit promise_type(resumption& told) noexcept : to(told) {}
        resumption_stub get_return_object() noexcept {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        last_suspension final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }

        resumption& to;
    };
    std::coroutine_handle<promise_type> frame;
};

inline resumption_stub tell_when_resumed(resumption&) { co_return; }

/// A temporary that is no awaiter but makes one, which may use it: the temporary is kept too, and makes its awaiter when the
/// await begins. Until then it may be moved.
template <class A>
class kept_foreign {
public:
    explicit kept_foreign(A&& foreign) : object_(std::move(foreign)) {}
    kept_foreign(kept_foreign&& not_started) noexcept : object_(std::move(not_started.object_)) {}
    kept_foreign& operator=(kept_foreign&&) = delete;
    ~kept_foreign() = default;

    void start() { made_.emplace(object_); }
    auto& awaiter() noexcept { return made_->awaiter; }

private:
    struct made {
        explicit made(A& by) : awaiter(get_awaiter(std::move(by))) {}
        kept_awaiter<A&&> awaiter;
    };

    A object_;
    std::optional<made> made_;
};

template <class A>
auto bind_foreign(A&& foreign) {
    constexpr bool is_awaiter = std::is_same_v<std::remove_cvref_t<awaiter_of<A&&>>, std::remove_cvref_t<A>>;
    if constexpr (std::is_lvalue_reference_v<A> || is_awaiter)
        return bound_awaitable<A&&>(std::forward<A>(foreign));
    else
        return kept_foreign<A>(std::forward<A>(foreign));
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
        inner_.start();
        stub_ = tell_when_resumed(resumption_).frame;
        resumption_.expect(task);
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
        return false;
    }

    Inner inner_;
    std::coroutine_handle<> stub_;
    resumption resumption_;
};

}  // namespace detail

/// Awaits something of another library: anything with `await_ready`, `await_suspend(std::coroutine_handle<>)` (that gives
/// nothing, a bool or another handle) and `await_resume`, or an `operator co_await` that gives such a thing. A named one is
/// used where it is, a temporary is moved and kept. The library may resume it on any thread, once; the task goes on in its
/// own loop, which must not have ended by then.
///
/// Costs one small frame.
///
/// Errors: those of the awaitable.
/// Cancellation: a foreign awaitable knows none, so it is waited for and its result delivered; the cancel comes out of the
/// next await. One that is never resumed is waited for without an end, by `run` too.
/// asyncio: has no need of it.
template <class A>
    requires detail::awaitable<A&&>
[[nodiscard]] auto adapt(A&& foreign) {
    return detail::adapting_awaiter(detail::bind_foreign(std::forward<A>(foreign)));
}

}  // namespace rota::inline v0
