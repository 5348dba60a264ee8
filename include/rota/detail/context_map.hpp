#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/hot.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace rota::inline v0::detail {

/// The values of context variables as one task sees them: never changed once it is shared, copied when one is set.
/// Programs have few such variables, so a search through a vector beats a tree.
struct context_map {
    using item = std::pair<void const*, std::shared_ptr<void>>;
    std::uint32_t references = 1;
    std::vector<item> items;
};

/// The map of the task, callback or thread that runs; null while nothing was ever set.
context_map*& current_context() noexcept;

inline context_map* share(context_map* context) noexcept {
    if (context != nullptr) ++context->references;
    return context;
}
ROTA_API void release(context_map* context) noexcept;

/// The same for who does not know tasks.
ROTA_API context_map*& context_in_use() noexcept;

/// What `key` stands for in the current context, or null.
ROTA_API void* context_find(void const* key) noexcept;
/// A map of its own for the current context, with `key` set to `value` (null: gone).
ROTA_API void context_set(void const* key, std::shared_ptr<void> value);
/// The value itself, to keep.
ROTA_API std::shared_ptr<void> context_share(void const* key) noexcept;

}  // namespace rota::inline v0::detail
