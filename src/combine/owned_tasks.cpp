#include <rota/detail/owned_tasks.hpp>

namespace rota::inline v0::detail {

void owned_tasks::hand_on() noexcept {
    for (std::uint32_t i = 0; i < made_count_; ++i)
        if (task_state& child = *made_[i]; owns(child) && !child.done()) child.request_cancel(0);
}

void owned_tasks::each_owned(awaited_visitor& to) const {
    for (std::uint32_t i = 0; i < made_count_; ++i)
        if (task_state const& child = *made_[i]; owns(child) && !child.done()) to.visit(&child);
}

void owned_tasks::release() noexcept {
    for (std::uint32_t i = 0; i < made_count_; ++i) {
        if (owns(*made_[i])) made_[i]->observer = nullptr;
        made_[i]->drop_reference();
    }
}

}  // namespace rota::inline v0::detail
