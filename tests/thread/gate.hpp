// What the tests of threads share.
#pragma once

#include <condition_variable>
#include <mutex>

namespace thread_kit {

/// Holds a thread up until it is told to go on.
class gate {
public:
    void wait() {
        std::unique_lock held(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(held, [this] { return open_; });
    }
    void open() {
        std::lock_guard const held(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait_for_somebody() {
        std::unique_lock held(mutex_);
        changed_.wait(held, [this] { return waiting_ != 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

}  // namespace thread_kit
