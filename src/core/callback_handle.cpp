#include <rota/core/callback_handle.hpp>

#include <rota/detail/scheduler.hpp>

namespace rota::inline v0 {

bool callback_handle::cancel() {
    // One that runs must not lose its function to itself.
    if (!node_ || node_->cancelled || node_->called) return false;
    // Withdrawing may drop the loop's reference, and what the function captured may own this handle.
    auto const kept = node_;
    detail::callback_node& node = *kept;
    detail::check_owner(node.home(), "callback_handle.cancel");
    node.cancelled = true;
    node.withdraw();
    node.discard();
    return true;
}

void detail::timed_callback_node::withdraw() noexcept {
    if (!armed()) return;
    home_->disarm(*this);
    list_node::unlink();
    drop_reference();
}

void detail::timed_callback_node::fire() noexcept {
    list_node::unlink();
    home_->push(*this);
}

}  // namespace rota::inline v0
