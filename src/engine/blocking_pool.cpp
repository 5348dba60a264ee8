#include "blocking_pool.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

namespace rota::inline v0::detail {
namespace {

enum stage : std::uint8_t { idle, queued, running };

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

struct blocking_pool::worker {
    std::condition_variable called;
    bool awake = false;
    worker* next = nullptr;
};

blocking_pool::blocking_pool(std::uint32_t limit, notification notify, void* context) noexcept
    : limit_(limit != 0 ? limit : default_limit()), notify_(notify), context_(context) {}

blocking_pool::~blocking_pool() {
    {
        std::lock_guard const held(mutex_);
        stopping_ = true;
        while (queued_.pop_front()) {}
        for (; idle_; idle_ = idle_->next) {
            idle_->awake = true;
            idle_->called.notify_one();
        }
    }
    for (auto& thread : threads_) thread.join();
    while (finished_.pop_front()) {}
}

int blocking_pool::start_thread() noexcept {
    all_signals_blocked const blocked;
    try {
        threads_.emplace_back([this]() noexcept {
            pthread_setname_np(pthread_self(), "rota-worker");
            serve();
        });
        return 0;
    } catch (std::system_error const& error) {
        return error.code().value();
    } catch (std::bad_alloc const&) {
        return ENOMEM;
    }
}

std::int32_t blocking_pool::submit(blocking_operation& op) noexcept {
    bool needs_thread = false;
    {
        std::lock_guard const held(mutex_);
        op.stage = queued;
        queued_.push_back(op);
        if (worker* const chosen = idle_) {
            idle_ = chosen->next;
            chosen->awake = true;
            chosen->called.notify_one();
        } else {
            needs_thread = true;
        }
    }
    if (!needs_thread || threads_.size() >= limit_) return 0;
    int const error = start_thread();
    // With other threads alive, the work only waits for them a little longer.
    if (error == 0 || !threads_.empty()) return 0;
    withdraw(op);
    return -error;
}

bool blocking_pool::withdraw(blocking_operation& op) noexcept {
    std::lock_guard const held(mutex_);
    if (op.stage != queued) return false;
    op.stage = idle;
    op.unlink();
    return true;
}

void blocking_pool::collect(operation_list& finished) noexcept {
    if (!any_finished_.load(std::memory_order_acquire)) return;
    std::lock_guard const held(mutex_);
    any_finished_.store(false, std::memory_order_relaxed);
    finished.splice_back(finished_);
}

void blocking_pool::serve() noexcept {
    worker self;
    std::unique_lock lock(mutex_);
    for (;;) {
        if (auto* const next = queued_.pop_front()) {
            auto& op = static_cast<blocking_operation&>(*next);
            op.stage = running;
            lock.unlock();
            op.finish_at_once(0);  // the work may say otherwise
            op.work(op);
            lock.lock();
            finished_.push_back(op);
            if (!any_finished_.exchange(true, std::memory_order_release)) {
                lock.unlock();
                notify_(context_);
                lock.lock();
            }
            continue;
        }
        if (stopping_) return;
        self.awake = false;
        self.next = idle_;
        idle_ = &self;
        self.called.wait(lock, [&] { return self.awake; });
    }
}

}  // namespace rota::inline v0::detail
