#include "campaign.hpp"

#include <rota/sync/event.hpp>

#include <gtest/gtest.h>

namespace {

using namespace random_programs;

enum : std::uint8_t { wait, set, clear };

class event_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        if (now.which == wait) co_return co_await event_.wait();
        if (now.which == set)
            event_.set();
        else
            event_.clear();
        co_return 0;
    }
    int state() const override { return event_.is_set(); }

private:
    rota::event event_;
};

class event_model final : public model {
public:
    void begin(use now) override {
        if (now.which == wait) return set_ ? done(now.task, 1) : waiting_.push(now.task);
        set_ = now.which == set;
        while (set_ && !waiting_.empty()) done(waiting_.pop(), 1);
        done(now.task);
    }
    void withdraw(int task) override {
        waiting_.remove(task);
        fail(task, ending::cancelled);
    }
    int state() const override { return set_; }

private:
    bool set_ = false;
    waiting_line waiting_;
};

TEST(RandomPrograms, event) {
    campaign({"event",
              1,
              {{"wait", 5}, {"set", 2, 0, false}, {"clear", 2, 0, false}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<event_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<event_model>(); }});
}

}  // namespace
