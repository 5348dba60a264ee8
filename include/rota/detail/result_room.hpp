#pragma once

#include <rota/detail/promise.hpp>

#include <type_traits>
#include <variant>

namespace rota::inline v0::detail {

/// A `result_slot` where there may be nothing to keep.
template <class R>
using result_room = typename std::conditional_t<std::is_void_v<R>, std::type_identity<std::monostate>,
                                                std::type_identity<result_slot<R>>>::type;

}  // namespace rota::inline v0::detail
