#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/result.hpp>
#include <rota/core/with_shield.hpp>

#include <utility>

namespace rota::inline v0::detail {

/// Awaits a bound body that is offered `thing`, then, shielded, what `end(thing)` gives, whichever way the body was left.
template <class Thing, class Bound, class End>
coro<typename Bound::result> run_and_end(Thing thing, Bound body, End end) {
    auto const start = [&]() -> auto& { return body.start(thing); };
    auto outcome = co_await as_result_of(start);
    co_await with_shield(end(thing));
    co_return std::move(outcome).value();
}

}  // namespace rota::inline v0::detail
