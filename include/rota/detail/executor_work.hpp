#pragma once

#include <rota/base/export.hpp>
#include <rota/engine/operation.hpp>

#include <cstdint>

namespace rota::inline v0::detail {

class scheduler;

/// Blocking work on its way through an executor. What it was called for is told by the result that it ends with: 0, it has
/// run; `-ECANCELED`, it was withdrawn; `-ESHUTDOWN`, the executor has ended before its turn came.
class executor_work : public blocking_operation {
public:
    /// By the executor, from any thread, as the last thing that it does with it.
    virtual void ended(std::int32_t result) noexcept = 0;

    /// The loop that waits for it; null: none does.
    scheduler* home = nullptr;

protected:
    using blocking_operation::blocking_operation;
    ~executor_work() = default;
};

/// What an executor is made of. It may outlive its `executor`, with those who wait.
class ROTA_API executor_target {
public:
    executor_target() = default;
    executor_target(executor_target const&) = delete;
    executor_target& operator=(executor_target const&) = delete;
    virtual ~executor_target();

    /// Where `work` has a loop, on that one's thread. Errors: `usage_error` after a shutdown; `system_error` where no thread
    /// can be started; `std::bad_alloc`.
    virtual void submit(executor_work& work) = 0;
    /// What has not begun ends with `-ECANCELED`. False: it has begun, or has ended already.
    virtual bool withdraw(executor_work& work) noexcept = 0;
};

}  // namespace rota::inline v0::detail
