#include <rota/detail/waiter_ring.hpp>

#include <rota/core/task.hpp>

namespace rota::inline v0::detail {

void waiter_ring::link_task() noexcept {
    auto& waiting = *reinterpret_cast<task_state*>(std::exchange(word_, 0) - task_mark);
    auto& node = static_cast<task_awaiter&>(*waiting.parked);
    node.waiting = &waiting;
    add(node);
}

void waiter_ring::add_behind(task_state& waiting, waiting_task& node) noexcept {
    node.waiting = &waiting;
    add(node);
}

}  // namespace rota::inline v0::detail
