#include <rota/thread/thread_pool.hpp>

#include <rota/base/error.hpp>
#include <rota/detail/scheduler.hpp>
#include "engine/worker_threads.hpp"
#include "thread/simulated_workers.hpp"

#include <atomic>
#include <cerrno>
#include <memory>

namespace rota::inline v0 {
namespace {

using detail::executor_work;

class pool_target final : public detail::executor_target {
public:
    explicit pool_target(std::uint32_t threads)
        : workers_(
              threads, [](void*, blocking_operation& op) noexcept { static_cast<executor_work&>(op).ended(0); },
              nullptr, detail::worker_threads::notice::of_any_length),
          simulated_(std::make_shared<detail::simulated_workers>(workers_.limit())) {}

    void submit(executor_work& work) override {
        if (stopped_.load(std::memory_order_acquire)) refuse();
        if (is_simulated(work)) return simulated_->submit(work);
        auto const error = workers_.submit(work);
        if (error == -ESHUTDOWN) refuse();
        if (error != 0) detail::throw_system_error(-error, "thread_pool: start a thread");
    }

    bool withdraw(executor_work& work) noexcept override {
        if (is_simulated(work)) return simulated_->withdraw(work);
        if (!workers_.withdraw(work)) return false;
        work.ended(-ECANCELED);
        return true;
    }

    void shutdown(bool wait, bool cancel) {
        if (wait && workers_.has_this_thread())
            detail::throw_usage_error("thread_pool.shutdown: a thread of the pool would wait for itself");
        stopped_.store(true, std::memory_order_release);
        workers_.stop();
        if (cancel) {
            detail::operation_list queued;
            workers_.take_queued(queued);
            while (auto* const op = queued.pop_front()) static_cast<executor_work&>(*op).ended(-ESHUTDOWN);
            simulated_->cancel_queued();
        }
        if (!wait) return;
        workers_.join();
        simulated_->finish_now();
    }

    std::uint32_t limit() const noexcept { return workers_.limit(); }

private:
    static bool is_simulated(executor_work const& work) noexcept {
        return work.home != nullptr && work.home->kernel().kind() == engine_kind::simulated;
    }
    [[noreturn]] static void refuse() {
        detail::throw_usage_error("thread_pool: it was shut down, and takes no more work");
    }

    std::atomic<bool> stopped_{false};
    detail::worker_threads workers_;
    std::shared_ptr<detail::simulated_workers> simulated_;
};

pool_target& of(executor const& pool) noexcept { return static_cast<pool_target&>(*pool.target()); }

}  // namespace

loop* detail::simulated_loop_here() noexcept {
    auto* const here = hot.running;
    return here != nullptr && here->kernel().kind() == engine_kind::simulated ? static_cast<loop*>(here) : nullptr;
}

thread_pool::thread_pool(std::uint32_t threads) : executor(std::make_shared<pool_target>(threads)) {}

thread_pool::~thread_pool() { of(*this).shutdown(true, true); }

void thread_pool::shutdown(bool wait, bool cancel_futures) { of(*this).shutdown(wait, cancel_futures); }

std::uint32_t thread_pool::max_workers() const noexcept { return of(*this).limit(); }

}  // namespace rota::inline v0
