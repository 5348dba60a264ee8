#pragma once

#include <rota/base/error.hpp>
#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/generator_promise.hpp>
#include <rota/detail/run_and_end.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

/// Comes out of the `co_yield` at which a generator is suspended when it is closed. Let it pass: what it unwinds is the
/// clean-up. It is final and no `std::exception`, so that no handler of errors takes it.
///
/// asyncio: `GeneratorExit`.
class ROTA_API generator_exit final {
public:
    char const* what() const noexcept { return "the generator is closed"; }
};

template <class T>
class async_generator;

namespace detail {

template <class T>
class next_awaiter;

}  // namespace detail

/// What `async_generator<T>::next` gives: an item, or nothing where the generator is over. It refers to what was yielded,
/// in the generator's frame, so it is good until the generator is asked again.
///
/// `*item` reads it. `*std::move(item)` gives it to keep: moved where the generator yielded a temporary or `std::move(x)`,
/// copied where it yielded a variable, which it may still use. Of an `async_generator<T&>` it is the reference itself.
///
/// asyncio: there the end of the items is an exception, StopAsyncIteration.
template <class T>
class generator_item {
public:
    /// Whether there is one: not at the end.
    explicit operator bool() const noexcept { return item_ != nullptr; }
    bool has_value() const noexcept { return item_ != nullptr; }

    T const& operator*() const& noexcept { return *item_; }
    T operator*() && {
        if constexpr (std::copy_constructible<T>) {
            if (!movable_) return *item_;
        }
        return std::move(const_cast<T&>(*item_));
    }
    T const* operator->() const noexcept { return item_; }

private:
    friend detail::next_awaiter<T>;
    explicit generator_item(detail::generator_base const& from) noexcept
        : item_(static_cast<T const*>(from.item)), movable_(from.movable) {}

    T const* item_;
    bool movable_;
};

template <class T>
class generator_item<T&> {
public:
    explicit operator bool() const noexcept { return item_ != nullptr; }
    bool has_value() const noexcept { return item_ != nullptr; }

    T& operator*() const noexcept { return *item_; }
    T* operator->() const noexcept { return item_; }

private:
    friend detail::next_awaiter<T&>;
    explicit generator_item(detail::generator_base const& from) noexcept
        : item_(static_cast<T*>(const_cast<void*>(from.item))) {}

    T* item_;
};

namespace detail {

template <class T>
class generator_promise final : public generator_base {
public:
    async_generator<T> get_return_object() noexcept;
    generator_yield yield_value(T&& temporary) noexcept { return yield(std::addressof(temporary), true); }
    generator_yield yield_value(T const& variable) noexcept
        requires std::copy_constructible<T>
    {
        return yield(std::addressof(variable), false);
    }

private:
    generator_yield yield(void const* what, bool may_be_moved) noexcept {
        item = what;
        movable = may_be_moved;
        return generator_yield(*this);
    }
};

template <class T>
class generator_promise<T&> final : public generator_base {
public:
    async_generator<T&> get_return_object() noexcept;
    generator_yield yield_value(T& referred) noexcept {
        item = std::addressof(referred);
        return generator_yield(*this);
    }
};

/// Resumes a generator until its next `co_yield` or its end, as part of the awaiting task, as `coro_awaiter` does a child.
template <class T>
class next_awaiter {
public:
    explicit next_awaiter(generator_base& of) noexcept : of_(&of) {}

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        if (of_->state != generator_state::suspended || of_->home != hot.running) [[unlikely]] {
            if (!of_->prepare_next()) return false;
        }
        return of_->go_on(awaiting.promise(), line);
    }
    generator_item<T> await_resume() {
        generator_base& of = *of_;
        if (of.state == generator_state::running) [[unlikely]] {
            if (std::exception_ptr error = of.take_end()) {
                of.drop_if_orphaned();
                std::rethrow_exception(std::move(error));
            }
        }
        generator_item<T> const item(of);
        of.drop_if_orphaned();
        return item;
    }

private:
    generator_base* of_;
};

/// What makes `next` of a temporary generator an error with this name in it.
struct give_the_generator_a_name_its_items_live_in_it {};

}  // namespace detail

/// A coroutine that gives any number of items, one whenever it is asked for the next, and may await between them:
///
///     rota::async_generator<int> ticker(int n) {
///         for (int i = 0; i < n; ++i) {
///             co_await rota::sleep(1s);
///             co_yield i;
///         }
///     }
///
///     co_await rota::with_aclosing(ticker(3), [&](auto& ticks) -> rota::coro<> {
///         while (auto tick = co_await ticks.next()) use(*tick);
///     });
///
/// It is lazy, and its body runs as part of the task that asks, with that task's context and cancels, without a task or
/// thread of its own. It costs one frame; its items cost nothing: they are referred to where they stand (`generator_item`).
/// Items are objects of a type T, which may be move-only, or references. Yield a named object where T is an aggregate: GCC 12
/// destroys `co_yield item{...}` twice.
///
/// Left before its end, by an error or a cancel too, it should be closed: `with_aclosing`, or `co_await ticks.aclose()`. Its
/// `co_yield` then throws `generator_exit`, and what the body awaits on its way out is shielded from cancels.
///
/// **One that is just dropped is closed by its loop a little later,** and what is left at the end of `run` is closed there:
/// its clean-up and its destructors run when the locals beside it are gone. What it refers to must outlive its loop, or use
/// `with_aclosing`. Debug mode reports it. Errors of such a closing go to the exception handler. One whose loop is gone is
/// destroyed as it stands: destructors run, nothing is awaited.
///
/// C++ can not await in a destructor or a `catch` block; a clean-up that awaits stands behind the block:
///
///     std::exception_ptr error;
///     try {
///         while (auto row = co_await rows.next()) co_yield *row;
///     } catch (...) {
///         error = std::current_exception();  // generator_exit too
///     }
///     co_await rota::with_shield(connection.close());
///     if (error) std::rethrow_exception(error);
///
/// It is move-only, and empty by default and once moved from. It belongs to its loop's thread.
///
/// asyncio: the generator of an `async def` with a `yield`. There is no `asend` and no `athrow`: a generator that is to be
/// told something is given a reference to it (a queue, an event) as an argument, which has a type. An `aclose` can not be
/// interrupted by a cancel.
template <class T>
class [[nodiscard("a generator does nothing until it is asked for its next item")]] async_generator {
    static_assert(std::is_lvalue_reference_v<T> || (std::is_object_v<T> && std::is_same_v<T, std::remove_cv_t<T>>),
                  "rota::async_generator: T is the type of an object without const, or an lvalue reference");
    static_assert(std::is_lvalue_reference_v<T> || std::move_constructible<T>,
                  "rota::async_generator: T can not be moved; yield T& instead");

public:
    using promise_type = detail::generator_promise<T>;
    using value_type = std::remove_cvref_t<T>;

    async_generator() = default;
    async_generator(async_generator&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    async_generator& operator=(async_generator&& other) noexcept {
        if (this != &other) {
            auto* const before = std::exchange(frame_, std::exchange(other.frame_, nullptr));
            if (before != nullptr) before->drop();
        }
        return *this;
    }
    ~async_generator() {
        if (frame_ != nullptr) frame_->drop();
    }

    /// Whether there is a generator in it.
    explicit operator bool() const noexcept { return frame_ != nullptr; }

    /// Goes on to the next `co_yield` and gives its item; nothing where the generator is over, however often.
    ///
    /// Errors: what the body throws, after which it is over; `usage_error` while another `next` or `aclose` is awaited, for
    /// an empty generator, and in another loop than it was begun in.
    /// Cancellation: checks nothing itself; the operation that the body is suspended in does. A `cancelled_error` that the
    /// body lets pass ends the generator; an item that was yielded is delivered.
    /// asyncio: `anext`, which raises StopAsyncIteration at the end.
    [[nodiscard]] detail::next_awaiter<T> next() & { return detail::next_awaiter<T>(frame()); }
    detail::give_the_generator_a_name_its_items_live_in_it next() && = delete;

    /// Closes it: its `co_yield` throws `generator_exit`, and its clean-up runs to its end. Of one that was not begun the
    /// body never runs; where it is over nothing happens.
    ///
    /// Errors: what the clean-up throws; `usage_error` while a `next` or `aclose` is awaited, and where the body yields once
    /// more instead.
    /// Cancellation: the clean-up is shielded: a cancel comes out of the next await after this one.
    /// asyncio: `aclose`, which a cancel interrupts.
    [[nodiscard]] detail::generator_close_awaiter aclose() { return detail::generator_close_awaiter(frame()); }

private:
    friend promise_type;
    explicit async_generator(detail::generator_base& frame) noexcept : frame_(&frame) {}

    detail::generator_base& frame() const {
        if (frame_ == nullptr) [[unlikely]]
            detail::throw_usage_error("async_generator: it is empty, or was moved from");
        return *frame_;
    }

    detail::generator_base* frame_ = nullptr;
};

template <class T>
async_generator<T> detail::generator_promise<T>::get_return_object() noexcept {
    return async_generator<T>(*this);
}
template <class T>
async_generator<T&> detail::generator_promise<T&>::get_return_object() noexcept {
    return async_generator<T&>(*this);
}

/// Awaits `body`, then closes `closed` however the body ended: a generator, or anything else whose `aclose()` can be
/// awaited, a temporary to be kept or a variable. `body` is `fn, args...`, called as `fn(closed, args...)`. Gives what the
/// body gives.
///
///     co_await rota::with_aclosing(ticker(10), [&](auto& ticks) -> rota::coro<> {
///         while (auto tick = co_await ticks.next())
///             if (*tick == 3) break;
///     });
///
/// Errors: the body's; where `aclose` throws, that is what comes out.
/// Cancellation: reaches the body; the closing is shielded (`with_shield`), so give one that could hang a time-out.
/// asyncio: `async with contextlib.aclosing(...)`, in which a second cancel interrupts the closing.
template <class Closed, class Body, class... Args>
[[nodiscard]] auto with_aclosing(Closed&& closed, Body&& body, Args&&... args) {
    return detail::run_and_end<Closed>(std::forward<Closed>(closed),
                                       detail::bind_body(detail::offers<std::remove_reference_t<Closed>>{},
                                                         std::forward<Body>(body), std::forward<Args>(args)...),
                                       [](auto& of) -> decltype(auto) { return of.aclose(); });
}

}  // namespace rota::inline v0
