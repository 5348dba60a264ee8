#pragma once

#include <rota/base/export.hpp>
#include <rota/base/frame_pool.hpp>
#include <rota/detail/hot.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

/// What each frame of a chain knows: who awaits it, whose task it is, and the line it is suspended on.
struct promise_base {
    promise_base* parent = nullptr;
    task_state* task = nullptr;
    std::source_location line{};  // of its last await; the function's own before its first
    std::exception_ptr error{};

    promise_base() = default;
    promise_base(promise_base const&) = delete;
    promise_base& operator=(promise_base const&) = delete;

    static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { frame_pool::release(frame, size); }

    std::suspend_always initial_suspend() const noexcept { return {}; }
    // Control goes back to whoever resumed this frame: the parent's await_suspend or the driver. Both ask `done()`.
    std::suspend_always final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }

    // The base is the first thing in every promise and no promise is aligned to more than 16, so the frame of any
    // promise can be found from its base.
    std::coroutine_handle<> frame() noexcept { return std::coroutine_handle<promise_base>::from_promise(*this); }
};

static_assert(alignof(promise_base) <= 16);

/// Cold, so that what throws stands in the cold part of its function: the unwinder reads all that the hot part says of its
/// registers up to the throw, twice.
[[gnu::cold]] ROTA_API std::exception_ptr to_throw(std::exception_ptr&& error) noexcept;
[[gnu::cold]] ROTA_API std::exception_ptr to_throw(std::exception_ptr const& error) noexcept;

/// Throws `error` from the frame that asks: each frame more to unwind costs a tenth of a microsecond, one with something to
/// destroy half of one.
[[noreturn, gnu::always_inline]] inline void rethrow_here(std::exception_ptr&& error) {
    std::rethrow_exception(to_throw(std::move(error)));
}
[[noreturn, gnu::always_inline]] inline void rethrow_here(std::exception_ptr const& error) {
    std::rethrow_exception(to_throw(error));
}

/// Ends a coroutine that nobody has started; in debug mode that is reported.
ROTA_API void destroy_unawaited(promise_base& root) noexcept;
/// The same of one that by design never began: debug mode tells neither of it nor of the coroutines in its frame.
ROTA_API void destroy_unbegun(promise_base& root) noexcept;

/// A coroutine whose frames Rota's driver resumes. Others come in by `rota::adapt`.
template <class P>
concept chain_promise = std::derived_from<P, promise_base>;

/// Room for what a coroutine returns: T, a reference, or nothing.
template <class T>
class result_slot {
    static_assert(alignof(T) <= 16, "rota: a result aligned to more than 16 bytes can not live in a coroutine frame");

public:
    result_slot() noexcept {}
    ~result_slot() {
        if (filled_) value_.~T();
    }
    result_slot(result_slot const&) = delete;
    result_slot& operator=(result_slot const&) = delete;

    template <class U>
    void fill(U&& value) {
        ::new (static_cast<void*>(&value_)) T(std::forward<U>(value));
        filled_ = true;
    }
    bool filled() const noexcept { return filled_; }
    T& get() noexcept { return value_; }
    T take() { return std::move(value_); }

private:
    union {
        T value_;
    };
    bool filled_ = false;
};

template <class T>
class result_slot<T&> {
public:
    void fill(T& value) noexcept { value_ = &value; }
    bool filled() const noexcept { return value_ != nullptr; }
    T& get() noexcept { return *value_; }
    T& take() noexcept { return *value_; }

private:
    T* value_ = nullptr;
};

}  // namespace rota::inline v0::detail
