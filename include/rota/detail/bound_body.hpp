#pragma once

#include <rota/detail/awaiter.hpp>
#include <rota/detail/kept_argument.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

/// The awaiter of `A` to keep: by value, but for an awaitable that is its own awaiter and stays with the caller.
template <class A>
using kept_awaiter =
    std::conditional_t<std::is_lvalue_reference_v<awaiter_of<A>>, awaiter_of<A>, std::remove_cvref_t<awaiter_of<A>>>;

/// What a `with_...` is to run, as something to await. May be moved until it is started.
template <class A>
class bound_awaitable {
public:
    using result = await_result<A>;

    explicit bound_awaitable(A&& awaitable) : awaiter_(get_awaiter(std::forward<A>(awaitable))) {}

    template <class... Front>
    auto& start(Front&...) noexcept {
        return awaiter();
    }
    std::remove_reference_t<kept_awaiter<A>>& awaiter() noexcept { return awaiter_; }

private:
    kept_awaiter<A> awaiter_;
};

template <class Front, class F, class... Args>
struct bound_call_types;

// The function takes what the `with_...` has to offer (a scope, a group) first, or does without.
template <class... Front, class F, class... Args>
struct bound_call_types<std::tuple<Front...>, F, Args...> {
    static constexpr bool takes_front = std::is_invocable_v<F, Front&..., Args...>;
    static auto call(F& f, Front&... front, Args&... args) {
        if constexpr (takes_front)
            return std::invoke(std::move(f), front..., std::move(args)...);
        else
            return std::invoke(std::move(f), std::move(args)...);
    }
    using awaited = decltype(call(std::declval<F&>(), std::declval<Front&>()..., std::declval<Args&>()...));
};

/// The same of a function and its arguments, which are kept here and called with what it offers (`Front`) when it starts.
template <class FrontTuple, class F, class... Args>
class bound_call {
    using types = bound_call_types<FrontTuple, F, Args...>;
    using awaited = typename types::awaited;

public:
    using result = await_result<awaited>;

    template <class G, class... More>
    explicit bound_call(std::in_place_t, G&& f, More&&... args)
        : copies_(std::forward<G>(f), std::forward<More>(args)...) {}

    template <class... Front>
    auto& start(Front&... front) {
        std::apply([&](F& f, Args&... args) { awaiter_.emplace(types::call(f, front..., args...)); }, copies_);
        return awaiter();
    }
    auto& awaiter() noexcept { return awaiter_->awaiter(); }

private:
    std::tuple<F, Args...> copies_;
    std::optional<bound_awaitable<awaited&&>> awaiter_;
};

template <class FrontTuple, class F, class Indices, class... Args>
struct bound_call_of;

template <class... Front, class F, std::size_t... I, class... Args>
struct bound_call_of<std::tuple<Front...>, F, std::index_sequence<I...>, Args...> {
    static constexpr std::size_t skipped =
        bound_call_types<std::tuple<Front...>, F, std::decay_t<Args>...>::takes_front ? sizeof...(Front) : 0;
    using type = bound_call<std::tuple<Front...>, F, kept_for<F, skipped + I, Args>...>;
};

struct not_callable {};

template <class Front, class F, class... Args>
struct find_bound_result : std::type_identity<not_callable> {};
template <class... Front, class F, class... Args>
    requires std::is_invocable_v<F, Front&..., Args...>
struct find_bound_result<std::tuple<Front...>, F, Args...> : std::invoke_result<F, Front&..., Args...> {};
template <class... Front, class F, class... Args>
    requires(!std::is_invocable_v<F, Front&..., Args...> && std::is_invocable_v<F, Args...>)
struct find_bound_result<std::tuple<Front...>, F, Args...> : std::invoke_result<F, Args...> {};

/// What the function gives, or `not_callable`.
template <class Front, class F, class... Args>
using bound_result = typename find_bound_result<Front, F, Args...>::type;

/// Something to await, or a function and arguments to call for it.
template <class... Front, class Body, class... Args>
auto bind_body(std::type_identity<std::tuple<Front...>>, Body&& body, Args&&... args) {
    if constexpr (sizeof...(Args) == 0 && awaitable<Body&&>) {
        return bound_awaitable<Body&&>(std::forward<Body>(body));
    } else {
        using F = std::decay_t<Body>;
        using given = bound_result<std::tuple<Front...>, F, std::decay_t<Args>...>;
        static_assert(!std::is_same_v<given, not_callable>,
                      "rota: the body is neither something to await nor a function of what the call offers (a group, a "
                      "scope) and of copies of the arguments; what it is to share needs std::ref");
        static_assert(!std::is_void_v<given>,
                      "rota: the body gives void, so there is nothing to await: make it a coroutine, as in "
                      "[&](auto& group) -> rota::coro<> { ... }");
        static_assert(std::is_same_v<given, not_callable> || std::is_void_v<given> || awaitable<given>,
                      "rota: what the body gives can not be awaited; rota::adapt takes other libraries' awaitables");
        return typename bound_call_of<std::tuple<Front...>, F, std::index_sequence_for<Args...>, Args...>::type(
            std::in_place, std::forward<Body>(body), std::forward<Args>(args)...);
    }
}

template <class... Front>
using offers = std::type_identity<std::tuple<Front...>>;

}  // namespace rota::inline v0::detail
