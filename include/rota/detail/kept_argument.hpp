#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

template <class... P>
struct parameter_list {};

template <class R, class... P>
parameter_list<P...> parameters_of(R (*)(P...));
template <class R, class C, class... P>
parameter_list<P...> parameters_of(R (C::*)(P...));
template <class R, class C, class... P>
parameter_list<P...> parameters_of(R (C::*)(P...) const);

// Those of a function or of an object with one, not overloaded, not generic, `operator()`; none where they can not be read.
template <class F>
parameter_list<> find_parameters();
template <class F>
    requires requires { &F::operator(); }
auto find_parameters() -> decltype(parameters_of(&F::operator()));
template <class F>
    requires(std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>)
auto find_parameters() -> decltype(parameters_of(std::declval<F>()));

template <std::size_t I, class List>
struct parameter_at {
    using type = void;
};
template <std::size_t I, class... P>
    requires(I < sizeof...(P))
struct parameter_at<I, parameter_list<P...>> : std::tuple_element<I, std::tuple<std::type_identity<P>...>>::type {};

template <class A>
inline constexpr bool is_reference_wrapper = false;
template <class T>
inline constexpr bool is_reference_wrapper<std::reference_wrapper<T>> = true;

/// As what an argument of type A is kept for a parameter P: a copy, but where P is a reference to what A has to be converted
/// to, the converted object. The call would make it, and drop it before the lazy coroutine that refers to it runs.
template <class P, class A>
struct kept_argument {
    using type = std::decay_t<A>;
};
template <class P, class A>
    requires(std::is_reference_v<P> && !is_reference_wrapper<std::decay_t<A>> &&
             !std::is_convertible_v<std::decay_t<A>*, std::remove_cvref_t<P> const*> &&
             std::convertible_to<std::decay_t<A>, std::remove_cvref_t<P>>)
struct kept_argument<P, A> {
    using type = std::remove_cvref_t<P>;
};

/// For the I-th argument of a call of F.
template <class F, std::size_t I, class A>
using kept_for = typename kept_argument<typename parameter_at<I, decltype(find_parameters<F>())>::type, A>::type;

}  // namespace rota::inline v0::detail
