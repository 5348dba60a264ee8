#include "campaign.hpp"

#include <rota/base/error.hpp>
#include <rota/sync/semaphore.hpp>

#include <gtest/gtest.h>

namespace {

using namespace random_programs;

enum : std::uint8_t { hold, acquire, release };

template <class Semaphore>
class semaphore_subject final : public subject {
public:
    explicit semaphore_subject(int permits) : semaphore_(permits) {}

    rota::coro<int> perform(use now) override {
        if (now.which == release)
            semaphore_.release();
        else
            co_await semaphore_.acquire();
        co_return 0;
    }
    void leave(use) override {
        try {
            semaphore_.release();
        } catch (rota::usage_error const&) {}  // somebody else's release came before
    }
    int state() const override { return semaphore_.locked(); }

private:
    Semaphore semaphore_;
};

class semaphore_model final : public model {
public:
    semaphore_model(int permits, int bound) : free_(permits), bound_(bound) {}

    void begin(use now) override {
        if (now.which == release) return give_back() ? done(now.task) : fail(now.task, ending::misuse);
        if (free_ == 0) return waiting_.push(now.task);
        --free_;
        done(now.task);
    }
    void leave(use) override { give_back(); }
    void withdraw(int task) override {
        waiting_.remove(task);
        fail(task, ending::cancelled);
    }
    int state() const override { return free_ == 0; }

private:
    bool give_back() {
        if (free_ == bound_) return false;
        if (waiting_.empty())
            ++free_;
        else
            done(waiting_.pop());
        return true;
    }

    int free_;
    int bound_;
    waiting_line waiting_;
};

TEST(RandomPrograms, semaphore) {
    campaign(
        {"semaphore",
         3,
         {{"hold a permit", 4, 0, true, step_kind::hold}, {"acquire", 2}, {"release", 1, 0, false}},
         [](int permits) -> std::unique_ptr<subject> {
             return std::make_unique<semaphore_subject<rota::semaphore>>(permits);
         },
         [](int permits) -> std::unique_ptr<model> { return std::make_unique<semaphore_model>(permits, 1 << 30); }});
}

TEST(RandomPrograms, bounded_semaphore) {
    campaign(
        {"bounded_semaphore",
         2,
         {{"hold a permit", 4, 0, true, step_kind::hold}, {"acquire", 2}, {"release", 1, 0, false}},
         [](int more) -> std::unique_ptr<subject> {
             return std::make_unique<semaphore_subject<rota::bounded_semaphore>>(1 + more);
         },
         [](int more) -> std::unique_ptr<model> { return std::make_unique<semaphore_model>(1 + more, 1 + more); }});
}

}  // namespace
