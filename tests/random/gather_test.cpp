#include "campaign.hpp"

#include <rota/combine/gather.hpp>

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

namespace {

using namespace random_programs;

enum : std::uint8_t { values, results };

// One number for what came out in which place.
int add_to(int sum, outcome next) { return (sum * 31 + next.value + 100 * static_cast<int>(next.how)) % 1'000'003; }

class gather_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        std::vector<rota::coro<int>> all;
        for (std::size_t i = 0; i < now.kids->count(); ++i) all.push_back(now.kids->make(i));
        int sum = 0;
        if (now.which == values) {
            auto const got = co_await rota::gather(std::move(all));
            for (int const value : got) sum = add_to(sum, {ending::value, value});
        } else {
            auto const got = co_await rota::gather(rota::return_exceptions, std::move(all));
            for (auto const& each : got)
                sum = add_to(sum, each.has_value() ? outcome{ending::value, each.value()} : outcome_of(each.error()));
        }
        co_return sum;
    }
};

// Coroutines that are gathered belong to it: on the first error it cancels the others, and it waits for all.
class gather_model final : public model {
public:
    bool at_once(use now) const override { return !told_by->has_children(now.step); }
    void begin(use now) override {
        auto& made = gathers_[now.task];
        made = {told_by->make_children(now.task), {}, {}, now.which == results, false};
        made.left = made.children.size();
        for (int const child : made.children) parents_[child] = now.task;
        if (made.left == 0) done(now.task);
    }
    void withdraw(int task) override {
        gathers_[task].cancelled = true;
        cancel_children(gathers_[task]);
    }
    void task_ended(int child, outcome result) override {
        auto const parent = parents_.find(child);
        if (parent == parents_.end()) return;
        auto& its = gathers_[parent->second];
        its.ended[child] = result;
        if (is_error(result)) ++its.unseen;
        bool const of_cancel = its.cancelled && result.how == ending::cancelled;
        if (result.how != ending::value && !its.keeps && !of_cancel && its.error.how == ending::none) {
            its.error = result;
            if (!its.cancelled) cancel_children(its);
        }
        if (--its.left == 0) finish(parent->second, its);
    }

    /// What one that is to return errors, and is cancelled, can no longer return.
    int reports() const override { return unseen_; }

private:
    struct gathering {
        std::vector<int> children;
        std::map<int, outcome> ended;
        outcome error;
        bool keeps = false;
        bool cancelled = false;
        std::size_t left = 0;
        int unseen = 0;
    };

    void cancel_children(gathering& of) {
        for (int const child : of.children)
            if (!of.ended.contains(child)) told_by->request_cancel(child);
    }

    void finish(int task, gathering& of) {
        if (of.error.how != ending::none) return give(task, of.error);
        if (of.cancelled) {
            unseen_ += of.unseen;
            return give(task, {ending::cancelled});
        }
        int sum = 0;
        for (int const child : of.children) sum = add_to(sum, of.ended[child]);
        done(task, sum);
    }

    std::map<int, gathering> gathers_;
    std::map<int, int> parents_;
    int unseen_ = 0;
};

TEST(RandomPrograms, gather) {
    campaign({"gather",
              1,
              {{"gather", 6, 0, true, step_kind::spawn}, {"gather results", 4, 0, true, step_kind::spawn}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<gather_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<gather_model>(); }});
}

}  // namespace
