#pragma once

#include <rota/detail/executor_work.hpp>
#include <rota/engine/operation.hpp>

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>

namespace rota::inline v0::detail {

/// What a pool has instead of threads for a simulated loop: as many workers, which are operations of the loop's engine. Each
/// runs its work inline when the engine says that the time for it has passed. First come first served.
class simulated_workers : public std::enable_shared_from_this<simulated_workers> {
public:
    explicit simulated_workers(std::uint32_t limit) noexcept;
    simulated_workers(simulated_workers const&) = delete;
    simulated_workers& operator=(simulated_workers const&) = delete;
    ~simulated_workers();

    /// On the thread of the work's loop, as all the others.
    void submit(executor_work& work);
    bool withdraw(executor_work& work) noexcept;

    /// For the loop that runs here: ends what has not begun with `-ESHUTDOWN`, or runs it now.
    void cancel_queued() noexcept;
    void finish_now() noexcept;

private:
    struct lane;
    /// A worker, for as long as its operation is pending.
    struct worker;

    void start(lane& in, executor_work& work);
    void worker_ended(worker& ended) noexcept;
    static void run(executor_work& work) noexcept;
    lane* lane_here() noexcept;

    std::uint32_t limit_;
    std::mutex mutex_;  // loops have lanes of their own, in one map
    std::map<scheduler*, std::unique_ptr<lane>> lanes_;
};

}  // namespace rota::inline v0::detail
