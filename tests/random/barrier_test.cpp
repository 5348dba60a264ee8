#include "campaign.hpp"

#include <rota/sync/barrier.hpp>

#include <gtest/gtest.h>

namespace {

using namespace random_programs;

enum : std::uint8_t { wait, reset, abort };

class barrier_subject final : public subject {
public:
    explicit barrier_subject(std::size_t parties) : barrier_(parties) {}

    rota::coro<int> perform(use now) override {
        if (now.which == wait) co_return static_cast<int>(co_await barrier_.wait());
        if (now.which == reset)
            barrier_.reset();
        else
            barrier_.abort();
        co_return 0;
    }
    int state() const override { return static_cast<int>(barrier_.n_waiting()) * 2 + barrier_.broken(); }

private:
    rota::barrier barrier_;
};

class barrier_model final : public model {
public:
    explicit barrier_model(std::size_t parties) : parties_(parties) {}

    void begin(use now) override {
        if (now.which == wait) return broken_ ? fail(now.task, ending::broken) : arrive(now.task);
        broken_ = now.which == abort;
        while (!waiting_.empty()) fail(waiting_.pop(), ending::broken);
        done(now.task);
    }
    void withdraw(int task) override {
        waiting_.remove(task);
        fail(task, ending::cancelled);
    }
    int state() const override { return static_cast<int>(waiting_.size()) * 2 + broken_; }

private:
    void arrive(int task) {
        waiting_.push(task);
        if (waiting_.size() < parties_) return;
        for (int position = 0; !waiting_.empty(); ++position) done(waiting_.pop(), position);
    }

    std::size_t parties_;
    bool broken_ = false;
    waiting_line waiting_;
};

TEST(RandomPrograms, barrier) {
    campaign({"barrier",
              3,
              {{"wait", 6}, {"reset", 1, 0, false}, {"abort", 1, 0, false}},
              [](int more) -> std::unique_ptr<subject> {
                  return std::make_unique<barrier_subject>(static_cast<std::size_t>(1 + more));
              },
              [](int more) -> std::unique_ptr<model> {
                  return std::make_unique<barrier_model>(static_cast<std::size_t>(1 + more));
              }});
}

}  // namespace
