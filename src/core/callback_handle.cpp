#include <rota/core/callback_handle.hpp>

#include <rota/detail/scheduler.hpp>

namespace rota::inline v0 {

bool callback_handle::cancel() {
    // One that runs must not lose its function to itself.
    if (node_ == nullptr || node_->cancelled || node_->called) return false;
    detail::check_owner(node_->home(), "callback_handle.cancel");
    // Withdrawing may drop the loop's reference, and what the function captured may own this handle.
    detail::callback_node& node = *node_;
    node.add_reference();
    node.cancelled = true;
    node.withdraw();
    node.discard();
    node.drop_reference();
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
