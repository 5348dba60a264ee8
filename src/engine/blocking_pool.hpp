#pragma once

#include "worker_threads.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>

namespace rota::inline v0::detail {

/// Threads for what the kernel can only do blocking; the engine collects what they have done. Everything but the work
/// itself is called by the engine's thread.
class blocking_pool {
public:
    /// Called by a worker whenever something may be collected.
    using notification = void (*)(void*) noexcept;

    /// `limit` 0: `min(32, processors + 4)`.
    blocking_pool(std::uint32_t limit, notification notify, void* context) noexcept;
    blocking_pool(blocking_pool const&) = delete;
    blocking_pool& operator=(blocking_pool const&) = delete;
    /// Waits for what runs; what is still queued is dropped.
    ~blocking_pool();

    /// 0, or the negative errno with which the first thread could not be started.
    std::int32_t submit(blocking_operation& op) noexcept { return workers_.submit(op); }
    /// True: it was still queued and is the caller's again.
    bool withdraw(blocking_operation& op) noexcept { return workers_.withdraw(op); }
    /// Moves what has finished behind `finished`, in the order it did.
    void collect(operation_list& finished) noexcept;

    std::size_t threads() const noexcept { return workers_.size(); }

private:
    void finished(blocking_operation& op) noexcept;

    notification const notify_;
    void* const context_;
    std::mutex mutex_;
    operation_list finished_;
    /// Lets `collect` pass without the lock.
    std::atomic<bool> any_finished_{false};
    worker_threads workers_;
};

}  // namespace rota::inline v0::detail
