#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/result_room.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

/// Awaits a bound body that is offered `thing`, then, shielded, what `end(thing)` gives, whichever way the body was left.
template <class Thing, class Bound, class End>
coro<typename Bound::result> run_and_end(Thing thing, Bound body, End end) {
    using R = typename Bound::result;
    std::exception_ptr error;
    result_room<R> value;
    // C++ has no co_await in a catch block: the error is kept, the end awaited, the error thrown on.
    try {
        body.start(thing);
        auto& awaiter = body.awaiter();  // named: GCC 12 copies what a call returns by reference
        if constexpr (std::is_void_v<R>)
            co_await awaiter;
        else
            value.fill(co_await awaiter);
    } catch (...) {
        error = std::current_exception();
    }
    co_await with_shield(end(thing));
    if (error) std::rethrow_exception(std::move(error));
    if constexpr (!std::is_void_v<R>) co_return value.take();
}

}  // namespace rota::inline v0::detail
