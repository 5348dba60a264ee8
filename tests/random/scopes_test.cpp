#include "campaign.hpp"

#include <rota/sync/event.hpp>

#include <gtest/gtest.h>

namespace {

using namespace random_programs;

// Nothing but something to wait in, without an end: time-outs, shields and clean-ups in each other are what is tested, and
// the checker knows them.
class endless_subject final : public subject {
public:
    rota::coro<int> perform(use) override {
        co_await never_.wait();
        co_return 0;
    }

private:
    rota::event never_;
};

class endless_model final : public model {
public:
    void begin(use) override {}
    void withdraw(int task) override { fail(task, ending::cancelled); }
};

TEST(RandomPrograms, scopes) {
    campaign({"scopes",
              1,
              {{"wait for ever", 3},
               {"with_cleanup", 4, 0, true, step_kind::cleanup},
               {"with_timeout", 3, 0, true, step_kind::timeout},
               {"reschedule", 2, 6, false, step_kind::reschedule},
               {"with_shield", 2, 0, true, step_kind::shield},
               {"acknowledge", 1, 0, true, step_kind::acknowledge}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<endless_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<endless_model>(); }});
}

}  // namespace
