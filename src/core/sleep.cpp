#include <rota/core/sleep.hpp>

namespace rota::inline v0 {

void detail::sleep_awaiter::begin(bool deadline) {
    scheduler& home = *task_->home;
    clock::time_point until = when();
    if (!deadline) {
        auto const delay = until.time_since_epoch();
        if (delay.count() == 0) {
            home.make_ready(*task_);
            return;
        }
        if (until != clock::never()) until = deadline_after(home.kernel().now(), delay);
    }
    if (until != clock::never()) home.arm(*this, until);
    task_->parked = this;
}

}  // namespace rota::inline v0
