#include "campaign.hpp"

#include <rota/base/error.hpp>
#include <rota/sync/lock.hpp>

#include <gtest/gtest.h>

namespace {

using namespace random_programs;

enum : std::uint8_t { hold, acquire, release };

class lock_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        if (now.which == release)
            lock_.release();
        else
            co_await lock_.acquire();
        co_return 0;
    }
    void leave(use) override {
        if (lock_.locked()) lock_.release();
    }
    int state() const override { return lock_.locked(); }

private:
    rota::lock lock_;
};

class lock_model final : public model {
public:
    void begin(use now) override {
        if (now.which == release) {
            if (!locked_) return fail(now.task, ending::misuse);
            hand_on();
            return done(now.task);
        }
        if (locked_) return waiting_.push(now.task);
        locked_ = true;
        done(now.task);
    }
    void leave(use) override {
        if (locked_) hand_on();
    }
    void withdraw(int task) override {
        waiting_.remove(task);
        fail(task, ending::cancelled);
    }
    int state() const override { return locked_; }

private:
    void hand_on() {
        if (waiting_.empty())
            locked_ = false;
        else
            done(waiting_.pop());
    }

    bool locked_ = false;
    waiting_line waiting_;
};

TEST(RandomPrograms, lock) {
    campaign({"lock",
              1,
              {{"hold the lock", 4, 0, true, step_kind::hold}, {"acquire", 2}, {"release", 2, 0, false}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<lock_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<lock_model>(); }});
}

}  // namespace
