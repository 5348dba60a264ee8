#include <rota/thread/channel.hpp>

#include <rota/base/error.hpp>
#include <rota/detail/hot.hpp>

#include <new>

namespace rota::inline v0 {

char const* channel_closed::what() const noexcept { return "the channel was closed"; }

namespace detail {

void channel_waiter::park(task_state& task, intrusive_list<channel_waiter>& in) noexcept {
    task_ = &task;
    home_ = task.home;
    task.parked = this;
    outcome_.store(outcome::waiting, std::memory_order_relaxed);
    in.push_back(*this);
}

bool channel_waiter::cancel(task_state&) noexcept {
    // Once it is decided the channel may be gone, and what was decided is on its way here.
    if (outcome_.load(std::memory_order_acquire) != outcome::waiting) return false;
    std::lock_guard const held(*mutex_);
    if (outcome_.load(std::memory_order_relaxed) != outcome::waiting) return false;
    unlink();
    return true;
}

void channel_waiter::wake() noexcept {
    if (home_ == hot.running) return detail::wake(*task_);
    back_.send(*home_, [](void* self) noexcept { detail::wake(*static_cast<channel_waiter*>(self)->task_); }, this);
}

bool channel_waiter::check_outcome() const {
    switch (outcome_.load(std::memory_order_acquire)) {
        case outcome::destroyed: throw_usage_error("a channel was destroyed while tasks waited for it");
        case outcome::closed: return false;
        case outcome::no_memory: throw std::bad_alloc();
        case outcome::served:
        case outcome::waiting: break;
    }
    return true;
}

void channel_waiter::throw_closed() { throw channel_closed(); }

}  // namespace detail
}  // namespace rota::inline v0
