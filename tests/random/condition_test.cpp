#include "campaign.hpp"

#include <rota/base/error.hpp>
#include <rota/sync/condition.hpp>

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace {

using namespace random_programs;

enum : std::uint8_t { hold, wait, notify, notify_all };

class condition_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        if (now.which == hold) {
            co_await condition_.acquire();
            owner_ = now.task;
            co_return 0;
        }
        // It knows no owner itself, and who uses another task's lock is in for anything.
        if (owner_ != now.task) throw rota::usage_error("it is somebody else's");
        switch (now.which) {
            case wait: {
                owned_again const again{owner_, now.task};
                co_return co_await condition_.wait();
            }
            case notify: condition_.notify(static_cast<std::size_t>(now.value)); break;
            default: condition_.notify_all();
        }
        co_return 0;
    }
    void leave(use) override {
        owner_ = -1;
        condition_.release();
    }
    int state() const override { return condition_.locked(); }

private:
    struct owned_again {
        int& owner;
        int by;
        ~owned_again() { owner = by; }
    };

    rota::condition condition_;
    int owner_ = -1;
};

// The lock and what waits for it; a task that was notified, or cancelled, waits for the lock as others do.
class condition_model final : public model {
public:
    void begin(use now) override {
        if (now.which == hold) return enter(now.task, {ending::value, 0});
        if (owner_ != now.task) return fail(now.task, ending::misuse);
        switch (now.which) {
            case wait:
                waiting_.push(now.task);
                hand_on();
                return;
            case notify: pass_on(static_cast<std::size_t>(now.value)); break;
            default: pass_on(waiting_.size());
        }
        done(now.task);
    }
    bool at_once(use now) const override { return now.which == wait && owner_ != now.task; }
    void leave(use) override { hand_on(); }
    void withdraw(int task) override {
        if (waiting_.remove(task)) {
            notified_[task] = false;
            enter(task, {ending::cancelled});
        } else if (auto const found = notified_.find(task); found != notified_.end()) {
            comes_out_[task] = {ending::cancelled};
            if (std::exchange(found->second, false)) pass_on(1);
        } else {
            for_lock_.remove(task);
            fail(task, ending::cancelled);
        }
    }
    int state() const override { return locked_; }

private:
    // Not `done`, as what the task gets may change while it waits.
    void enter(int task, outcome then) {
        comes_out_[task] = then;
        if (locked_) return for_lock_.push(task);
        locked_ = true;
        give(task);
    }
    void give(int task) {
        owner_ = task;
        notified_.erase(task);
        decide(task, comes_out_[task]);
    }
    void hand_on() {
        locked_ = !for_lock_.empty();
        owner_ = -1;
        if (locked_) give(for_lock_.pop());
    }
    void pass_on(std::size_t count) {
        for (; count > 0 && !waiting_.empty(); --count) {
            int const next = waiting_.pop();
            notified_[next] = true;
            enter(next, {ending::value, 1});
        }
    }

    bool locked_ = false;
    int owner_ = -1;
    waiting_line waiting_;
    waiting_line for_lock_;
    std::map<int, bool> notified_;  // those of `for_lock_` that come from `wait`: whether with a notification
    std::map<int, outcome> comes_out_;
};

TEST(RandomPrograms, condition) {
    campaign({"condition",
              1,
              {{"hold the lock", 3, 0, true, step_kind::hold},
               {"wait", 6, 0, true, step_kind::use, true},
               {"notify", 5, 3, false, step_kind::use, true},
               {"notify_all", 1, 0, false, step_kind::use, true}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<condition_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<condition_model>(); }});
}

}  // namespace
