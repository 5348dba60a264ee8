#include <rota/core/adapt.hpp>

namespace rota::inline v0::detail {

void resumption::come() noexcept {
    if (hot.running == home_) return wake(*waiting_);
    home_->push_from_outside(*this);
}

void resumption::call() { wake(*waiting_); }

}  // namespace rota::inline v0::detail
