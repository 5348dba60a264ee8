#pragma once

#include <rota/core/cancellation.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/bound_body.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>
#include <variant>

namespace rota::inline v0 {

/// A value or the error that came in its place, neither of them thrown. What `gather(return_exceptions, ...)` and
/// `as_result` give; `void` is kept as `std::monostate`.
///
/// asyncio: has no type for it: `gather(..., return_exceptions=True)` puts the exception where the value would be.
template <class T = void>
class [[nodiscard]] result {
public:
    using stored = std::conditional_t<std::is_void_v<T>, std::monostate,
                                      std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T>*, T>>;

    result(std::in_place_t, stored value) : state_(std::in_place_index<0>, std::move(value)) {}
    explicit result(std::exception_ptr error) noexcept : state_(std::in_place_index<1>, std::move(error)) {}

    /// Whether there is a value, not an error.
    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The value; throws the error where there is none.
    ///
    /// asyncio: has nothing like it; `Future.result` is the nearest.
    decltype(auto) value() & { return get(*this); }
    decltype(auto) value() const& { return get(*this); }
    T value() && {
        if (!has_value()) std::rethrow_exception(std::get<1>(state_));
        if constexpr (std::is_reference_v<T>)
            return *std::get<0>(state_);
        else if constexpr (!std::is_void_v<T>)
            return std::move(std::get<0>(state_));
    }

    /// The error; null where there is a value.
    std::exception_ptr error() const noexcept { return has_value() ? nullptr : std::get<1>(state_); }
    /// Whether the error is a `cancelled_error`.
    bool cancelled() const noexcept { return !has_value() && detail::is_cancelled(std::get<1>(state_)); }

private:
    template <class Self>
    static decltype(auto) get(Self& self) {
        if (!self.has_value()) std::rethrow_exception(std::get<1>(self.state_));
        if constexpr (std::is_reference_v<T>)
            return static_cast<T>(*std::get<0>(self.state_));
        else if constexpr (!std::is_void_v<T>)
            return (std::get<0>(self.state_));
    }

    std::variant<stored, std::exception_ptr> state_;
};

namespace detail {

template <class T, class Awaiter>
result<T> resume_as_result(Awaiter& awaiter) {
    try {
        if (take_cancel(awaiter)) return result<T>(std::make_exception_ptr(cancelled_error()));
        if (std::exception_ptr error = take_error(awaiter)) return result<T>(std::move(error));
        if constexpr (std::is_void_v<T>) {
            awaiter.await_resume();
            return result<T>(std::in_place, std::monostate());
        } else if constexpr (std::is_reference_v<T>) {
            return result<T>(std::in_place, &awaiter.await_resume());
        } else {
            return result<T>(std::in_place, awaiter.await_resume());
        }
    } catch (...) {
        return result<T>(std::current_exception());
    }
}

template <class Inner>
class result_awaiter {
public:
    /// Of what `make()` gives to await, or of the error that it throws.
    template <class Make>
    result_awaiter(std::in_place_t, Make const& make) noexcept {
        try {
            inner_.emplace(make());
        } catch (...) {
            early_ = std::current_exception();
        }
    }

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting,
                       std::source_location line = std::source_location::current()) noexcept {
        if (!inner_) return false;
        try {
            return start_inner(inner_->awaiter(), awaiting, line);
        } catch (...) {
            early_ = std::current_exception();
            return false;
        }
    }

    auto await_resume() {
        using T = typename Inner::result;
        if (early_) return result<T>(std::move(early_));
        return resume_as_result<T>(inner_->awaiter());
    }

private:
    std::optional<Inner> inner_;
    std::exception_ptr early_;
};

/// Awaits what `make()` gives, which is called at once, and gives the `result` of both. So a coroutine awaits what it must not
/// leave by: C++ has no co_await in a catch block.
template <class Make>
auto as_result_of(Make const& make) noexcept {
    return result_awaiter<bound_awaitable<decltype(make())&&>>(std::in_place, make);
}

}  // namespace detail

/// Awaits `awaitable` and gives its value or its error as a `result`, throwing nothing: the `usage_error` of an empty handle, or
/// of a coroutine that was awaited before, is in the result too.
///
/// Cancellation: as the awaitable's own; the `cancelled_error` is in the result, and the next await raises it again.
/// asyncio: `gather(x, return_exceptions=True)` of one.
template <class A>
    requires detail::awaitable<A&&>
[[nodiscard]] auto as_result(A&& awaitable) {
    auto const give = [&]() -> A&& { return std::forward<A>(awaitable); };
    return detail::as_result_of(give);
}

}  // namespace rota::inline v0
