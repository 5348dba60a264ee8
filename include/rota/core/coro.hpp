#pragma once

#include <rota/base/error.hpp>
#include <rota/base/export.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/task_state.hpp>

#include <coroutine>
#include <exception>
#include <source_location>
#include <utility>

namespace rota::inline v0 {

template <class T = void>
class coro;

namespace detail {

template <class T>
class coro_promise final : public promise_base {
public:
    coro<T> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    template <class U = T>
        requires std::convertible_to<U&&, T>
    void return_value(U&& value) {
        result_.fill(std::forward<U>(value));
    }
    result_slot<T>& result() noexcept { return result_; }

private:
    result_slot<T> result_;
};

/// Says which coroutine ended without a `co_return` of its value: the compiler lets it, GCC without a warning.
[[noreturn]] ROTA_API void throw_without_value(promise_base const& ended);

template <class T>
T take_result(coro_promise<T>& ended) {
    if (!ended.result().filled()) [[unlikely]]
        throw_without_value(ended);
    return ended.result().take();
}

template <>
class coro_promise<void> final : public promise_base {
public:
    coro<void> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    void return_void() const noexcept {}
};

/// Awaits a coroutine: runs it at once, on the awaiting frame's behalf and as part of its task, without a trip round the
/// loop. The child's frame dies with this awaiter.
///
/// No symmetric transfer: GCC 12 overflows the stack with it below -O2 and under ASan. The child is resumed from here, and
/// the answer says whether it has finished; the driver goes on with the parent of a child that finishes later.
template <class T>
class coro_awaiter {
public:
    using promise = coro_promise<T>;

    explicit coro_awaiter(std::coroutine_handle<promise> child) : child_(child) {
        if (!child_)
            throw_usage_error(
                "co_await of a coroutine that was moved from or awaited already; call its function again for a new "
                "one");
    }
    coro_awaiter(coro_awaiter&& other) noexcept : child_(std::exchange(other.child_, nullptr)) {}
    coro_awaiter& operator=(coro_awaiter&&) = delete;
    ~coro_awaiter() {
        if (child_) child_.destroy();
    }

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        promise_base& parent = awaiting.promise();
        promise_base& child = child_.promise();
        task_state& task = *parent.task;
        parent.line = line;
        child.parent = &parent;
        child.task = &task;
        task.innermost = &child;
        if (static_cast<char*>(__builtin_frame_address(0)) < hot.stack_floor) [[unlikely]] {
            hot.trampoline = &child;
            return true;
        }
        child_.resume();
        if (!child_.done()) return true;
        task.innermost = &parent;
        return false;
    }

    // Inline, so that an error is thrown in the parent's own frame.
    [[gnu::always_inline]] T await_resume() {
        auto& child = child_.promise();
        if (child.error) [[unlikely]]
            rethrow_here(std::move(child.error));
        if constexpr (!std::is_void_v<T>) return take_result(child);
    }

    /// For who wants the error without its being thrown: null where there is a value.
    std::exception_ptr take_error() noexcept { return std::move(child_.promise().error); }

private:
    std::coroutine_handle<promise> child_;
};

/// What makes `co_await c` of a named coroutine an error with this name in it.
struct write_co_await_std_move_of_a_named_coroutine {};

}  // namespace detail

/// What a coroutine returns: `rota::coro<std::string> fetch()`. It is lazy (nothing runs before it is awaited or made a
/// task), move-only, and awaited once: `co_await fetch()`, or `co_await std::move(c)` of a named one.
///
/// `co_await` runs it at once as part of the awaiting task. What it takes by reference must live until the await ends,
/// which the caller's own variables and the temporaries of the same expression do. To let it run beside its caller use
/// `create_task`, which wants `(fn, args...)` for what it is to keep.
///
/// Errors: `co_await` throws what the coroutine threw; a second await throws `usage_error`, and so does one of a coroutine
/// that was to give a value and fell off its end. T is void, a reference or
/// anything movable that is aligned to 16 or less.
/// Cancellation: awaiting a coroutine checks nothing itself; the operation it is suspended in does.
/// asyncio: the coroutine of an `async def`. One that is never awaited is silent here, unless `ROTA_DEBUG=1`.
// Not clang::coro_return_type, nor coro_lifetimebound, which does nothing without it: Clang 19 then refuses std::invoke and
// std::function of what returns one, and every lambda that hands one on.
template <class T>
class [[nodiscard("a coroutine does nothing until it is awaited or made a task")]] coro {
public:
    using promise_type = detail::coro_promise<T>;
    using value_type = T;

    coro(coro&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    coro& operator=(coro&& other) noexcept {
        if (this != &other) {
            if (frame_) detail::destroy_unawaited(frame_.promise());
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~coro() {
        if (frame_) detail::destroy_unawaited(frame_.promise());
    }

    detail::coro_awaiter<T> operator co_await() && { return detail::coro_awaiter<T>(std::exchange(frame_, nullptr)); }
    detail::write_co_await_std_move_of_a_named_coroutine operator co_await() & = delete;

    /// Whether there is a coroutine in it: not after it was moved from or awaited.
    explicit operator bool() const noexcept { return frame_ != nullptr; }

    /// For `create_task`: gives the frame away, and takes one over.
    std::coroutine_handle<promise_type> release() noexcept { return std::exchange(frame_, nullptr); }
    explicit coro(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

private:
    std::coroutine_handle<promise_type> frame_;
};

template <class T>
coro<T> detail::coro_promise<T>::get_return_object(std::source_location function) noexcept {
    line = function;
    return coro<T>(std::coroutine_handle<coro_promise>::from_promise(*this));
}
inline coro<void> detail::coro_promise<void>::get_return_object(std::source_location function) noexcept {
    line = function;
    return coro<void>(std::coroutine_handle<coro_promise>::from_promise(*this));
}

}  // namespace rota::inline v0
