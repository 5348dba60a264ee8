#include "worker_threads.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

namespace rota::inline v0::detail {
namespace {

enum stage : std::uint8_t { idle, queued, running };

thread_local worker_threads const* works_for = nullptr;

std::uint32_t default_limit() noexcept { return std::min(32U, std::thread::hardware_concurrency() + 4); }

/// Signals are the business of the program's own threads: a new thread inherits the mask.
class all_signals_blocked {
public:
    all_signals_blocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~all_signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    all_signals_blocked(all_signals_blocked const&) = delete;
    all_signals_blocked& operator=(all_signals_blocked const&) = delete;

private:
    sigset_t before_;
};

}  // namespace

struct worker_threads::worker {
    std::condition_variable called;
    bool awake = false;
    worker* next = nullptr;
};

worker_threads::worker_threads(std::uint32_t limit, notification ended, void* context, notice kind) noexcept
    : limit_(limit != 0 ? limit : default_limit()), ended_(ended), context_(context), notice_(kind) {}

worker_threads::~worker_threads() = default;

bool worker_threads::has_this_thread() const noexcept { return works_for == this; }

std::size_t worker_threads::size() const noexcept {
    std::lock_guard const held(mutex_);
    return threads_.size();
}

int worker_threads::start_thread() noexcept {
    all_signals_blocked const blocked;
    try {
        workers_.emplace_front();
    } catch (std::bad_alloc const&) {
        return ENOMEM;
    }
    int failed = 0;
    try {
        threads_.emplace_back([this, &self = workers_.front()]() noexcept {
            pthread_setname_np(pthread_self(), "rota-worker");
            works_for = this;
            serve(self);
        });
        return 0;
    } catch (std::system_error const& error) {
        failed = error.code().value();
    } catch (std::bad_alloc const&) {
        failed = ENOMEM;
    }
    workers_.pop_front();
    return failed;
}

std::int32_t worker_threads::submit(blocking_operation& op) noexcept {
    std::unique_lock held(mutex_);
    if (stopping_) return -ESHUTDOWN;
    op.stage = queued;
    queued_.push_back(op);
    if (worker* const chosen = idle_) {
        idle_ = chosen->next;
        chosen->awake = true;
        // Else it wakes up only to wait for the lock.
        held.unlock();
        chosen->called.notify_one();
        return 0;
    }
    if (threads_.size() >= limit_) return 0;
    int const error = start_thread();
    // With other threads alive, the work only waits for them a little longer.
    if (error == 0 || !threads_.empty()) return 0;
    op.stage = idle;
    op.unlink();
    return -error;
}

bool worker_threads::withdraw(blocking_operation& op) noexcept {
    std::lock_guard const held(mutex_);
    if (op.stage != queued) return false;
    op.stage = idle;
    op.unlink();
    return true;
}

void worker_threads::stop() noexcept {
    std::lock_guard const held(mutex_);
    stopping_ = true;
    for (; idle_; idle_ = idle_->next) {
        idle_->awake = true;
        idle_->called.notify_one();
    }
}

void worker_threads::take_queued(operation_list& out) noexcept {
    std::lock_guard const held(mutex_);
    while (auto* const op = queued_.pop_front()) {
        op->stage = idle;
        out.push_back(*op);
    }
}

void worker_threads::join() noexcept {
    // Who comes second waits here for the first.
    std::lock_guard const alone(joining_);
    std::vector<std::thread> leaving;
    {
        std::lock_guard const held(mutex_);
        leaving.swap(threads_);
    }
    for (auto& thread : leaving) thread.join();
}

void worker_threads::rest(worker& self) noexcept {
    self.awake = false;
    self.next = idle_;
    idle_ = &self;
}

void worker_threads::serve(worker& self) noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
        auto* const next = queued_.pop_front();
        if (!next && stopping_) return;
        if (next) {
            auto& op = static_cast<blocking_operation&>(*next);
            op.stage = running;
            lock.unlock();
            op.finish_at_once(0);  // the work may say otherwise
            op.work(op);
            bool resting = false;
            if (notice_ == notice::brief) {
                // Who is told often has more. It then finds this thread idle, and as that has not gone to sleep yet nobody
                // has to wake it.
                lock.lock();
                resting = queued_.empty() && !stopping_;
                if (resting) rest(self);
                lock.unlock();
            }
            ended_(context_, op);
            lock.lock();
            if (!resting) continue;
        } else {
            rest(self);
        }
        self.called.wait(lock, [&] { return self.awake; });
    }
}

}  // namespace rota::inline v0::detail
