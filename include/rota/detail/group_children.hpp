#pragma once

#include <rota/base/error.hpp>
#include <rota/base/slab.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <cstddef>
#include <new>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

/// The tasks of a group in the order in which they were made. Their links lie at the end of their blocks, so that a group
/// allocates nothing.
class group_children {
public:
    struct links {
        task_state* previous = nullptr;
        task_state* next = nullptr;
    };

    bool empty() const noexcept { return first_ == nullptr; }
    task_state* first() const noexcept { return first_; }
    task_state* last() const noexcept { return last_; }
    static task_state* after(task_state& child) noexcept { return links_of(child).next; }

    void push_back(task_state& child) noexcept {
        links_of(child) = {last_, nullptr};
        (last_ != nullptr ? links_of(*last_).next : first_) = &child;
        last_ = &child;
    }
    void remove(task_state& child) noexcept {
        links const of = links_of(child);
        (of.previous != nullptr ? links_of(*of.previous).next : first_) = of.next;
        (of.next != nullptr ? links_of(*of.next).previous : last_) = of.previous;
    }

    template <class T>
    static constexpr std::size_t block_size = (sizeof(typed_task_state<T>) + 7) / 8 * 8 + sizeof(links);

private:
    static links& links_of(task_state& child) noexcept {
        void* const end = reinterpret_cast<std::byte*>(&child) + child.result->block_size;
        return static_cast<links*>(end)[-1];
    }

    task_state* first_ = nullptr;
    task_state* last_ = nullptr;
};

template <class T>
inline result_operations const grouped_operations =
    typed_task_state<T>::template in_block<group_children::block_size<T>>();

template <class T>
task_state* make_grouped_task(coro<T>&& c, std::source_location created) {
    if (!c) throw_usage_error("task_group: create_task of a coroutine that was moved from or awaited already");
    void* const block = slab_store::allocate(group_children::block_size<T>);
    auto* const state = ::new (block) typed_task_state<T>;
    state->result = &grouped_operations<T>;
    ::new (static_cast<std::byte*>(block) + group_children::block_size<T> - sizeof(group_children::links))
        group_children::links;
    give_frame(*state, c.release(), created);
    return state;
}

}  // namespace rota::inline v0::detail
