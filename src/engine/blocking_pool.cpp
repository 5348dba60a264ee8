#include "blocking_pool.hpp"

namespace rota::inline v0::detail {

blocking_pool::blocking_pool(std::uint32_t limit, notification notify, void* context) noexcept
    : notify_(notify),
      context_(context),
      workers_(
          limit, [](void* self, blocking_operation& op) noexcept { static_cast<blocking_pool*>(self)->finished(op); },
          this, worker_threads::notice::brief) {}

blocking_pool::~blocking_pool() {
    operation_list dropped;
    workers_.stop();
    workers_.take_queued(dropped);
    while (dropped.pop_front()) {}
    workers_.join();
    while (finished_.pop_front()) {}
}

void blocking_pool::collect(operation_list& finished) noexcept {
    if (!any_finished_.load(std::memory_order_acquire)) return;
    std::lock_guard const held(mutex_);
    any_finished_.store(false, std::memory_order_relaxed);
    finished.splice_back(finished_);
}

void blocking_pool::finished(blocking_operation& op) noexcept {
    {
        std::lock_guard const held(mutex_);
        finished_.push_back(op);
        if (any_finished_.exchange(true, std::memory_order_release)) return;
    }
    notify_(context_);
}

}  // namespace rota::inline v0::detail
