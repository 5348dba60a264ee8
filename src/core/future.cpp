#include <rota/core/future.hpp>

#include <rota/detail/report.hpp>
#include <rota/detail/task_start.hpp>

#include <cstdio>

namespace rota::inline v0::detail {

void future_state::require_pending() const {
    if (now != stage::pending) throw_invalid_state("the future is done already: it is set once");
}

void future_state::finish(stage as) noexcept {
    now = as;
    // A waiter may hold the last handle but this one.
    add_reference();
    waiters.notify_all(wake);
    drop_reference();
}

bool future_state::cancel() noexcept {
    if (now != stage::pending) return false;
    finish(stage::cancelled);
    return true;
}

std::exception_ptr future_state::see_error() {
    if (now == stage::pending) throw_invalid_state("the future is not done yet: co_await it");
    if (now == stage::cancelled) throw cancelled_error();
    error_seen = true;
    return error;
}

void future_state::require_value() {
    if (std::exception_ptr const failed = see_error()) std::rethrow_exception(failed);
}

void future_state::last_reference_dropped() noexcept {
    if (now == stage::error && !error_seen) {
        try {
            exception_context const unseen("a future was given an error that nobody asked for", error);
            if (hot.running != nullptr && hot.running == home)
                running_loop().call_soon([unseen] { running_loop().call_exception_handler(unseen); });
            else
                loop::default_exception_handler(unseen);
        } catch (...) {
            std::fputs("rota: a future was given an error that nobody asked for\n", stderr);
        }
    }
    waiters.notify_all(wake);  // callbacks that wait for what will never be
    delete this;
}

bool future_awaiter::cancel(task_state&) noexcept {
    awaited_->cancel();
    return false;
}

}  // namespace rota::inline v0::detail
