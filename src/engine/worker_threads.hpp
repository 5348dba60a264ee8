#pragma once

#include "handle_table.hpp"

#include <condition_variable>
#include <cstdint>
#include <forward_list>
#include <mutex>
#include <thread>
#include <vector>

namespace rota::inline v0::detail {

/// Threads that take work from one queue, first in, first out. They start when there is work and nobody idle, up to a
/// limit, and stay until they are stopped. Any thread may call.
class worker_threads {
public:
    /// Called by a worker for what it has run.
    using notification = void (*)(void*, blocking_operation&) noexcept;
    /// What that is: `brief` where it takes no longer than a system call, and never waits for other work.
    enum class notice : std::uint8_t { brief, of_any_length };

    /// `limit` 0: `min(32, processors + 4)`.
    worker_threads(std::uint32_t limit, notification ended, void* context, notice kind) noexcept;
    worker_threads(worker_threads const&) = delete;
    worker_threads& operator=(worker_threads const&) = delete;
    /// They must have been stopped and joined.
    ~worker_threads();

    /// 0; the negative errno with which the first thread could not be started; `-ESHUTDOWN` after `stop`.
    std::int32_t submit(blocking_operation& op) noexcept;
    /// True: it was still queued and is the caller's again.
    bool withdraw(blocking_operation& op) noexcept;

    /// Takes no more work; what is queued is still done, but for what is taken out.
    void stop() noexcept;
    void take_queued(operation_list& out) noexcept;
    /// After `stop`: waits for the threads to end.
    void join() noexcept;

    /// Whether this thread is one of them.
    bool has_this_thread() const noexcept;
    std::uint32_t limit() const noexcept { return limit_; }
    /// How many have been started.
    std::size_t size() const noexcept;

private:
    struct worker;

    int start_thread() noexcept;
    void serve(worker& self) noexcept;
    void rest(worker& self) noexcept;

    std::uint32_t const limit_;
    notification const ended_;
    void* const context_;
    notice const notice_;

    mutable std::mutex mutex_;
    std::vector<std::thread> threads_;
    /// What each of them waits at. It outlasts the thread: who has called it may still be in that call.
    std::forward_list<worker> workers_;
    operation_list queued_;
    /// Those who wait for work; the one that slept last, whose caches are warm, is taken first.
    worker* idle_ = nullptr;
    bool stopping_ = false;
    std::mutex joining_;
};

}  // namespace rota::inline v0::detail
