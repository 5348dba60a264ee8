#include <rota/detail/context_map.hpp>

#include <rota/detail/task_state.hpp>

namespace rota::inline v0::detail {
namespace {

context_map::item* find(context_map* context, void const* key) noexcept {
    if (context != nullptr)
        for (auto& item : context->items)
            if (item.first == key) return &item;
    return nullptr;
}

// What a thread has set outside tasks ends with the thread.
struct thread_context {
    ~thread_context() { release(std::exchange(hot.context, nullptr)); }
};

}  // namespace

void release(context_map* context) noexcept {
    if (context != nullptr && --context->references == 0) delete context;
}

context_map*& context_in_use() noexcept { return current_context(); }

void* context_find(void const* key) noexcept {
    auto const* item = find(current_context(), key);
    return item ? item->second.get() : nullptr;
}

std::shared_ptr<void> context_share(void const* key) noexcept {
    auto const* item = find(current_context(), key);
    return item ? item->second : nullptr;
}

void context_set(void const* key, std::shared_ptr<void> value) {
    if (hot.current == nullptr) {
        thread_local thread_context const ends_here;
        static_cast<void>(ends_here);
    }
    context_map*& context = current_context();
    if (context == nullptr) {
        context = new context_map;
    } else if (context->references > 1) {
        auto own = std::make_unique<context_map>();
        own->items = context->items;
        release(std::exchange(context, own.release()));
    }
    if (auto* item = find(context, key))
        item->second = std::move(value);
    else
        context->items.emplace_back(key, std::move(value));
}

}  // namespace rota::inline v0::detail
