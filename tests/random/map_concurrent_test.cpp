#include "campaign.hpp"

#include <rota/combine/map_concurrent.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace {

using namespace random_programs;

enum : std::uint8_t { values, results, nothing };

int add_to(int sum, outcome next) { return (sum * 31 + next.value + 100 * static_cast<int>(next.how)) % 1'000'003; }

// Tells which child it makes, when that is asked for.
class map_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        std::vector<int> items;
        for (std::size_t i = 0; i < now.kids->count(); ++i) items.push_back(static_cast<int>(i));
        auto const limit = static_cast<std::size_t>(now.value) + 1;
        int sum = 0;
        auto const make = [&](int item) {
            tell(now.kids->number(static_cast<std::size_t>(item)));
            return now.kids->make(static_cast<std::size_t>(item));
        };
        if (now.which == values) {
            auto const got = co_await rota::map_concurrent(items, limit, std::cref(make));
            for (int const value : got) sum = add_to(sum, {ending::value, value});
        } else if (now.which == results) {
            auto const got = co_await rota::map_concurrent(rota::return_exceptions, items, limit, std::cref(make));
            for (auto const& each : got)
                sum = add_to(sum, each.has_value() ? outcome{ending::value, each.value()} : outcome_of(each.error()));
        } else {
            co_await rota::for_each_concurrent(items, limit, std::cref(make));
        }
        co_return sum;
    }
};

// Children in their order, no more than the limit at once; on the first error, and on a cancel, no more are made, those
// that run are cancelled, and all are awaited. A cancel that finds it waiting for room reaches them a little later.
class map_model final : public model {
public:
    void begin(use now) override {
        auto& its = maps_[now.task] = {};
        its.children = told_by->children_of(now.task);
        its.which = now.which;
        its.limit = static_cast<std::size_t>(now.value) + 1;
        if (its.children.empty()) return done(now.task);
        for (int const child : its.children) parents_[child] = now.task;
        its.waits = true;
    }
    void told(int child) override {
        int const task = parents_.at(child);
        auto& its = maps_[task];
        told_by->expect(its.waits && its.begun < its.children.size() && its.children[its.begun] == child,
                        "a child was made out of turn");
        told_by->expect(its.running.size() < its.limit, "more run at once than may");
        told_by->expect(!its.stopped && (!its.cancelled || its.one_more), "a child was made after the end was decided");
        ++its.begun;
        told_by->make_child(child);
        its.running.push_back(child);
        its.one_more = false;
        if (its.cancelled) told_by->request_soon(child);
        if (its.cancelled)
            go_on(its);
        else if (its.running.size() == its.limit)
            its.at = place::room;
        else if (its.begun == its.children.size())
            its.at = place::end;
    }
    void withdraw(int task) override {
        auto& its = maps_[task];
        if (its.at == place::between && told_by->now() > its.since) its.at = place::end;
        bool const first = !its.cancelled;
        its.at_once = its.at == place::end && !told_by->is_late();
        its.cancelled = true;
        // It goes on from a wait for room, and sees the request in its next wait.
        bool const on_its_way = first && !its.stopped && its.at == place::between;
        bool const all_begun = its.begun == its.children.size();
        its.one_more = its.one_more || (on_its_way && !all_begun);
        its.either = its.either || (on_its_way && all_begun) || told_by->is_late();
        for (int const child : its.running) cancel_child(its, child);
        if (its.at == place::room) go_on(its);
    }
    bool more_requests(int task) override {
        auto const parent = parents_.find(task);
        if (parent == parents_.end() || !maps_[parent->second].waits) return false;
        return told_by->deliver(parent->second) || more_requests(parent->second);
    }
    void task_ended(int child, outcome result) override {
        auto const parent = parents_.find(child);
        if (parent == parents_.end()) return;
        auto& its = maps_[parent->second];
        std::erase(its.running, child);
        its.ended[child] = result;
        bool const of_cancel = (its.stopped || its.cancelled) && result.how == ending::cancelled;
        if (result.how != ending::value && its.which != results && !of_cancel) {
            if (its.error.how == ending::none) its.error = result;
            if (!std::exchange(its.stopped, true))
                for (int const other : its.running) cancel_child(its, other);
        }
        if (of_cancel && !its.stopped && !its.at_once && its.which != results) {
            // Cancelled by another before the cancel of all came to it, it would be an error that stops the rest.
            its.doubtful = true;
            for (int const other : its.running) told_by->request_soon(other);
        }
        if (its.at == place::room) go_on(its);
        bool const none_to_come = its.stopped || its.begun == its.children.size() || (its.cancelled && !its.one_more);
        if (its.running.empty() && none_to_come) finish(parent->second, its);
    }
    void resumes(int task, outcome got) override {
        auto& its = maps_[task];
        bool const either = std::exchange(its.either, false);
        if (its.waits) {
            if ((either || its.doubtful) && its.cancelled && its.running.empty()) finish(task, its);
            return;
        }
        if (its.doubtful && got.how == ending::cancelled) told_by->decide_again(task, got);
        if (!either || its.error.how != ending::none) return;
        if (got.how == ending::cancelled) told_by->decide_again(task, {ending::cancelled});
        if (got.how == ending::value && its.ended.size() == its.children.size())
            told_by->decide_again(task, {ending::value, sum(its)});
    }
    void request_came_late(int task) override {
        auto& its = maps_[task];
        its.either = true;
    }
    void stuck() override {
        for (auto const& [task, its] : maps_) {
            if (!its.waits) continue;
            for (int const child : its.running) told_by->expect_delivered(child);
            bool const room = its.running.size() < its.limit && its.begun < its.children.size();
            told_by->expect(!room || its.stopped || its.cancelled, "there is room for one more, and it is not made");
        }
    }

private:
    // Where it waits, as far as that can be seen.
    enum class place : std::uint8_t { room, between, end };

    struct mapping {
        std::vector<int> children;
        std::vector<int> running;
        std::map<int, outcome> ended;
        std::size_t begun = 0;
        std::size_t limit = 1;
        int which = values;
        outcome error;
        bool waits = false;
        place at = place::between;
        std::int64_t since = 0;  // it goes on in this moment
        bool stopped = false;
        bool at_once = false;  // a cancel has been handed on when it came
        bool cancelled = false;
        bool one_more = false;  // that it goes on with before it sees the cancel
        bool doubtful = false;
        bool either = false;  // nobody sees whether the end or the cancel came first
    };

    void go_on(mapping& from) {
        from.at = place::between;
        from.since = told_by->now();
    }

    void cancel_child(mapping const& of, int child) {
        if (of.at_once || !of.cancelled) return told_by->request_cancel(child);
        told_by->request_soon(child);
    }

    int sum(mapping& of) {
        int all = 0;
        for (int const child : of.children)
            if (of.which != nothing) all = add_to(all, of.ended[child]);
        return all;
    }

    void finish(int task, mapping& of) {
        of.waits = false;
        if (of.error.how != ending::none) return give(task, of.error);
        if (of.cancelled) return give(task, {ending::cancelled});
        done(task, sum(of));
    }

    std::map<int, mapping> maps_;
    std::map<int, int> parents_;
};

TEST(RandomPrograms, map_concurrent) {
    campaign({"map_concurrent",
              1,
              {{"map_concurrent", 5, 2, true, step_kind::spawn},
               {"map_concurrent results", 3, 2, true, step_kind::spawn},
               {"for_each_concurrent", 3, 2, true, step_kind::spawn}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<map_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<map_model>(); }});
}

}  // namespace
