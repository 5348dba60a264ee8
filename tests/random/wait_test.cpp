#include "campaign.hpp"

#include <rota/combine/shield.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/combine/wait.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

namespace {

using namespace random_programs;
using std::chrono::milliseconds;

// Ways to wait for tasks that the loop owns; the first three for one, whatever their number.
enum : std::uint8_t { await, shield, wait_for, wait_all, wait_first, wait_error };

class waiting_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        std::vector<rota::task<int>> tasks;
        for (std::size_t i = 0; i < now.kids->count(); ++i) tasks.push_back(rota::create_task(now.kids->make(i)));
        if (tasks.empty()) co_return 0;
        rota::task<int> const first = tasks.front();
        milliseconds const limit(now.value + 1);
        switch (now.which) {
            case await: co_return co_await first;
            case shield: co_return co_await rota::shield(first);
            case wait_for: co_return co_await rota::wait_for(first, limit);
            default: break;
        }
        rota::wait_when const when = now.which == wait_all     ? rota::all_completed
                                     : now.which == wait_first ? rota::first_completed
                                                               : rota::first_exception;
        rota::wait_options const options = now.value == 0 ? rota::wait_options(when) : rota::wait_options(limit, when);
        auto const waited = co_await rota::wait(tasks, options);
        int mask = 0;
        for (std::size_t i = 0; i < tasks.size(); ++i)
            for (auto const& done : waited.done)
                if (done == tasks[i]) mask |= 1 << i;
        co_return waited.done.size() + waited.pending.size() == tasks.size() ? mask : -1;
    }
};

class waiting_model final : public model {
public:
    bool at_once(use) const override { return true; }  // its tasks are made before it waits
    void begin(use now) override {
        auto& its = waits_[now.task];
        its = {now, told_by->make_children(now.task), {}, told_by->visible(now.task)};
        for (int const child : its.children) parents_[child] = now.task;
        if (its.children.empty()) return done(now.task);
        if (its.visible_before > 0) return fail(now.task, ending::cancelled);
        its.waits = true;
        if (now.which == wait_for || (now.which > wait_for && now.value > 0)) told_by->arm(now.task, now.value + 1);
    }
    void withdraw(int task) override {
        auto& its = waits_[task];
        if (its.how.which == await || its.how.which == wait_for) return told_by->hand_on_cancel(its.children[0]);
        its.waits = false;
        told_by->disarm(task);
        fail(task, ending::cancelled);
    }
    void fire(int task) override {
        auto& its = waits_[task];
        if (its.how.which != wait_for) return end_wait(task, {});
        its.expired = true;
        told_by->add_request(task);
        told_by->request_cancel(its.children[0]);
    }
    void task_ended(int child, outcome result) override {
        auto const parent = parents_.find(child);
        if (parent == parents_.end()) return;
        auto& its = waits_[parent->second];
        // One of an earlier wait may end during a later one.
        if (std::find(its.children.begin(), its.children.end(), child) == its.children.end()) return;
        its.ended[child] = result;
        if (!its.waits) return;
        bool const of_first = child == its.children[0];
        bool const error = result.how != ending::value && result.how != ending::cancelled;
        switch (its.how.which) {
            case await:
            case shield:
            case wait_for:
                if (of_first) end_wait(parent->second, result);
                break;
            case wait_all:
                if (its.ended.size() == its.children.size()) end_wait(parent->second, {});
                break;
            case wait_first: end_wait(parent->second, {}); break;
            default:
                if (error || its.ended.size() == its.children.size()) end_wait(parent->second, {});
        }
    }
    void resumes(int task, outcome) override {
        auto& its = waits_[task];
        if (!its.over) return;
        outcome result = its.result;
        if (its.how.which > wait_for) {
            result = {ending::value, 0};
            for (std::size_t i = 0; i < its.children.size(); ++i)
                if (its.ended.contains(its.children[i])) result.value |= 1 << i;
        }
        if (its.expired) {
            told_by->take_back_request(task);
            if (result.how == ending::cancelled && told_by->visible(task) <= its.visible_before)
                result = {ending::timed_out};
        }
        told_by->decide_again(task, result);
    }

    // Some are awaited by others, or by nobody.
    int reports() const override { return -1; }

private:
    struct waiting {
        use how;
        std::vector<int> children;
        std::map<int, outcome> ended;
        std::uint32_t visible_before = 0;
        bool waits = false;
        bool over = false;
        bool expired = false;
        outcome result{};
    };

    void end_wait(int task, outcome result) {
        auto& its = waits_[task];
        its.waits = false;
        its.over = true;
        its.result = result;
        told_by->disarm(task);
        give(task, result);
    }

    std::map<int, waiting> waits_;
    std::map<int, int> parents_;
};

TEST(RandomPrograms, wait) {
    campaign({"await, shield, wait",
              1,
              {{"await", 3, 0, true, step_kind::spawn},
               {"shield", 3, 0, true, step_kind::spawn},
               {"wait_for", 3, 4, true, step_kind::spawn},
               {"wait for all", 2, 4, true, step_kind::spawn},
               {"wait for the first", 2, 4, true, step_kind::spawn},
               {"wait for an error", 2, 4, true, step_kind::spawn}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<waiting_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<waiting_model>(); }});
}

}  // namespace
