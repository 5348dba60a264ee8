#include "campaign.hpp"

#include <rota/combine/task_group.hpp>

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

namespace {

using namespace random_programs;

// The body makes the tasks; then it ends, throws, or cancels the group.
enum : std::uint8_t { ends, throws, cancels };

rota::coro<> body(rota::task_group& group, use now) {
    for (std::size_t i = 0; i < now.kids->count(); ++i) group.create_task(now.kids->make(i));
    if (now.which == throws) throw raised_error{now.task};
    if (now.which == cancels) group.cancel();
    co_return;
}

class group_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        co_await rota::with_task_group(body, now);
        co_return 0;
    }
};

// A group ends after its last task. Errors cancel the rest, once, and come out together; they come before a cancel.
class group_model final : public model {
public:
    bool at_once(use) const override { return true; }  // the body has run before anything waits
    void begin(use now) override {
        auto& made = groups_[now.task] = {};
        made.children = told_by->make_children(now.task);
        for (int const child : made.children) parents_[child] = now.task;
        made.left = made.children.size();
        made.visible_before = told_by->visible(now.task);
        made.errors = now.which == throws;
        made.asked = now.which == cancels;
        if (made.asked) told_by->add_request(now.task);
        if (made.left == 0) return give(now.task, {});
        made.interrupted = made.visible_before > 0;
        if (made.interrupted || now.which != ends) abort(made);
    }
    void withdraw(int task) override {
        groups_[task].interrupted = true;
        abort(groups_[task]);
    }
    void task_ended(int child, outcome result) override {
        auto const parent = parents_.find(child);
        if (parent == parents_.end()) return;
        auto& its = groups_[parent->second];
        its.ended[child] = true;
        if (result.how != ending::value && result.how != ending::cancelled) {
            ++its.errors;
            abort(its);
        }
        if (--its.left == 0) give(parent->second, {});
    }
    void resumes(int task, outcome) override {
        auto& its = groups_[task];
        bool cancelled = its.interrupted;
        if (its.asked) {
            told_by->take_back_request(task);
            cancelled = cancelled && told_by->visible(task) > its.visible_before;
        }
        outcome result{ending::value, 0};
        if (its.errors != 0)
            result = {ending::group, its.errors};
        else if (cancelled)
            result = {ending::cancelled};
        told_by->decide_again(task, result);
    }

private:
    struct grouping {
        std::vector<int> children;
        std::map<int, bool> ended;
        std::size_t left = 0;
        std::uint32_t visible_before = 0;
        int errors = 0;
        bool aborting = false;
        bool asked = false;        // the group has cancelled its owner
        bool interrupted = false;  // somebody else has
    };

    void abort(grouping& of) {
        if (std::exchange(of.aborting, true)) return;
        for (int const child : of.children)
            if (!of.ended[child]) told_by->request_cancel(child);
    }

    std::map<int, grouping> groups_;
    std::map<int, int> parents_;
};

TEST(RandomPrograms, task_group) {
    campaign({"task_group",
              1,
              {{"group", 6, 0, true, step_kind::spawn},
               {"group whose body throws", 2, 0, true, step_kind::spawn},
               {"group that is cancelled", 2, 0, true, step_kind::spawn}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<group_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<group_model>(); }});
}

}  // namespace
