#include "campaign.hpp"

#include <rota/combine/gather.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace {

using namespace random_programs;

enum : std::uint8_t { values, results };

// One number for what came out in which place.
int add_to(int sum, outcome next) { return (sum * 31 + next.value + 100 * static_cast<int>(next.how)) % 1'000'003; }

class gather_tasks_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        std::vector<rota::task<int>> tasks;
        for (std::size_t i = 0; i < now.kids->count(); ++i) tasks.push_back(rota::create_task(now.kids->make(i)));
        int sum = 0;
        if (now.which == values) {
            auto const got = co_await rota::gather(tasks);
            for (int const value : got) sum = add_to(sum, {ending::value, value});
        } else {
            auto const got = co_await rota::gather(rota::return_exceptions, tasks);
            for (auto const& each : got)
                sum = add_to(sum, each.has_value() ? outcome{ending::value, each.value()} : outcome_of(each.error()));
        }
        co_return sum;
    }
};

// Tasks that are gathered are the loop's: on the first error it leaves, and they run on. A cancel reaches all of them, and
// then it waits for all.
class gather_tasks_model final : public model {
public:
    bool at_once(use) const override { return true; }  // its tasks are made before it waits
    void begin(use now) override {
        auto& its = gathers_[now.task];
        its = {told_by->make_children(now.task), {}, {}, now.which == results, false, false};
        for (int const child : its.children) parents_[child] = now.task;
        if (its.children.empty()) return done(now.task);
        if (told_by->visible(now.task) > 0) return fail(now.task, ending::cancelled);
        its.waits = true;
    }
    void withdraw(int task) override {
        auto& its = gathers_[task];
        its.cancelled = true;
        for (int const child : its.children)
            if (!its.ended.contains(child)) told_by->request_cancel(child);
    }
    void task_ended(int child, outcome result) override {
        auto const parent = parents_.find(child);
        if (parent == parents_.end()) return;
        auto& its = gathers_[parent->second];
        // One of an earlier gather may end during a later one.
        if (std::find(its.children.begin(), its.children.end(), child) == its.children.end()) return;
        its.ended[child] = result;
        if (!its.waits) return;
        bool const of_cancel = its.cancelled && result.how == ending::cancelled;
        if (result.how != ending::value && !its.keeps && !of_cancel && its.error.how == ending::none) {
            its.error = result;
            if (!its.cancelled) return finish(parent->second, its);
        }
        if (its.ended.size() == its.children.size()) finish(parent->second, its);
    }

    // Some are awaited by others, or by nobody.
    int reports() const override { return -1; }

private:
    struct gathering {
        std::vector<int> children;
        std::map<int, outcome> ended;
        outcome error;
        bool keeps = false;
        bool cancelled = false;
        bool waits = false;
    };

    void finish(int task, gathering& of) {
        of.waits = false;
        if (of.error.how != ending::none) return give(task, of.error);
        if (of.cancelled) return give(task, {ending::cancelled});
        int sum = 0;
        for (int const child : of.children) sum = add_to(sum, of.ended[child]);
        done(task, sum);
    }

    std::map<int, gathering> gathers_;
    std::map<int, int> parents_;
};

TEST(RandomPrograms, gather_tasks) {
    campaign({"gather of tasks",
              1,
              {{"gather tasks", 6, 0, true, step_kind::spawn}, {"gather tasks' results", 4, 0, true, step_kind::spawn}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<gather_tasks_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<gather_tasks_model>(); }});
}

}  // namespace
