#include <rota/sync/queue.hpp>

#include <rota/base/error.hpp>

namespace rota::inline v0 {

char const* queue_empty::what() const noexcept { return "the queue is empty"; }
char const* queue_full::what() const noexcept { return "the queue is full"; }
char const* queue_shut_down::what() const noexcept { return "the queue is shut down"; }

namespace detail {

void unfinished_items::throw_too_many() { throw_usage_error("queue.task_done: called more often than items were put"); }

void queue_waiter::throw_reason() const {
    throw_unless_shut_down();
    throw_shut_down();
}

void queue_waiter::throw_unless_shut_down() const {
    check_raise();
    check_abandoned();
}

void queue_waiter::throw_shut_down() { throw queue_shut_down(); }

}  // namespace detail
}  // namespace rota::inline v0
