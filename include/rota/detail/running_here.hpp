#pragma once

#include <rota/base/clock.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/scheduler.hpp>

namespace rota::inline v0::detail {

/// While it lives, a loop is the loop of this thread, and its clock the thread's.
class running_here {
public:
    explicit running_here(scheduler& here) noexcept : clock_before_(exchange_clock_source(&here.kernel())) {
        hot.running = &here;
    }
    ~running_here() {
        hot.running = nullptr;
        hot.current = nullptr;
        exchange_clock_source(clock_before_);
    }
    running_here(running_here const&) = delete;
    running_here& operator=(running_here const&) = delete;

private:
    clock_source* clock_before_;
};

}  // namespace rota::inline v0::detail
