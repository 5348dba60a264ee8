#pragma once

#include <rota/base/clock.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/scheduler.hpp>

namespace rota::inline v0::detail {

/// While it lives, a loop is the loop of this thread, and its clock the thread's. A loop may be closed in a turn of another
/// one, which then goes on as before.
class running_here {
public:
    explicit running_here(scheduler& here) noexcept
        : before_(hot), clock_before_(exchange_clock_source(&here.kernel())) {
        hot.running = &here;
        hot.current = nullptr;
    }
    ~running_here() {
        context_map* const context = hot.context;
        hot = before_;
        hot.context = context;
        exchange_clock_source(clock_before_);
    }
    running_here(running_here const&) = delete;
    running_here& operator=(running_here const&) = delete;

private:
    hot_block before_;
    clock_source* clock_before_;
};

}  // namespace rota::inline v0::detail
