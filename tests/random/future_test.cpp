#include "campaign.hpp"

#include <rota/core/future.hpp>

#include <gtest/gtest.h>

#include <array>

namespace {

using namespace random_programs;

enum : std::uint8_t { await, set, set_error, cancel };
constexpr std::uint8_t futures = 2;

class future_subject final : public subject {
public:
    future_subject() {
        for (auto& each : futures_) each = rota::create_future<int>();
    }

    rota::coro<int> perform(use now) override {
        auto const& used = futures_[static_cast<std::size_t>(now.value)];
        switch (now.which) {
            case await: co_return co_await used;
            case set: used.set_result(now.step); break;
            case set_error: used.set_exception(raised_error{now.step}); break;
            default: co_return used.cancel();
        }
        co_return 0;
    }

private:
    std::array<rota::future<int>, futures> futures_;
};

// Cancelling who awaits a future cancels it, and so all who do.
class future_model final : public model {
public:
    bool at_once(use now) const override { return futures_[static_cast<std::size_t>(now.value)].is_done(); }
    void begin(use now) override {
        auto& used = futures_[static_cast<std::size_t>(now.value)];
        if (now.which == await) return used.is_done() ? give(now.task, used.result) : used.waiting.push(now.task);
        if (now.which == cancel) {
            bool const pending = !used.is_done();
            if (pending) finish(used, {ending::cancelled});
            return done(now.task, pending);
        }
        if (used.is_done()) return fail(now.task, ending::invalid);
        finish(used, {now.which == set ? ending::value : ending::raised, now.step});
        done(now.task);
    }
    void withdraw(int task) override {
        for (auto& each : futures_)
            if (each.waiting.holds(task)) return finish(each, {ending::cancelled});
    }

private:
    struct state_of {
        outcome result{};
        waiting_line waiting;
        bool is_done() const { return result.how != ending::none; }
    };

    void finish(state_of& of, outcome result) {
        of.result = result;
        while (!of.waiting.empty()) give(of.waiting.pop(), result);
    }

    std::array<state_of, futures> futures_;
};

TEST(RandomPrograms, future) {
    campaign({"future",
              1,
              {{"await future", 6, futures},
               {"set_result of future", 2, futures, false},
               {"set_exception of future", 1, futures, false},
               {"cancel future", 1, futures, false}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<future_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<future_model>(); }});
}

}  // namespace
