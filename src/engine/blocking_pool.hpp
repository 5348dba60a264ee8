#pragma once

#include "handle_table.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace rota::inline v0::detail {

/// Threads for what the kernel can only do blocking. They start when there is work and nobody idle, up to a limit, and
/// stay until the pool dies. Everything but the work itself is called by the engine's thread.
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
    std::int32_t submit(blocking_operation& op) noexcept;
    /// True: it was still queued and is the caller's again.
    bool withdraw(blocking_operation& op) noexcept;
    /// Moves what has finished behind `finished`, in the order it did.
    void collect(operation_list& finished) noexcept;

    std::size_t threads() const noexcept { return threads_.size(); }

private:
    struct worker;

    int start_thread() noexcept;
    void serve() noexcept;

    std::uint32_t const limit_;
    notification const notify_;
    void* const context_;
    std::vector<std::thread> threads_;

    std::mutex mutex_;
    operation_list queued_;
    operation_list finished_;
    /// Those who wait for work; the one that slept last, whose caches are warm, is taken first.
    worker* idle_ = nullptr;
    bool stopping_ = false;
    /// Lets `collect` pass without the lock.
    std::atomic<bool> any_finished_{false};
};

}  // namespace rota::inline v0::detail
