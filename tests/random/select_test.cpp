#include "campaign.hpp"

#include <rota/combine/select.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace random_programs;

// Of coroutines, which it owns; of the tasks that this task has started before, which it watches; of one of each.
enum : std::uint8_t { coroutines, results, start, tasks, both };

// One number for which place came first and what stands in each.
class seen {
public:
    explicit seen(std::size_t first) : sum_(static_cast<int>(first) + 1) {}
    void add(outcome next) { sum_ = (sum_ * 31 + next.value + 100 * static_cast<int>(next.how)) % 1'000'003; }
    void add(std::optional<int> const& place) { add(place ? outcome{ending::value, *place} : outcome{}); }
    void add(std::optional<rota::result<int>> const& place) {
        if (!place) return add(outcome{});
        add(place->has_value() ? outcome{ending::value, place->value()} : outcome_of(place->error()));
    }
    int sum() const { return sum_; }

private:
    int sum_;
};

template <class Selected>
int see_all(Selected const& got) {
    seen all(got.first);
    for (auto const& place : got.values) all.add(place);
    return all.sum();
}

template <class Selected>
int see_both(Selected const& got) {
    seen all(got.first);
    all.add(got.template get<0>());
    all.add(got.template get<1>());
    return all.sum();
}

class select_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        auto& row = rows_[now.task];
        if (now.which == start) {
            for (std::size_t i = 0; i < now.kids->count(); ++i) row.push_back(rota::create_task(now.kids->make(i)));
            co_return 0;
        }
        if (now.which == tasks) {
            auto const got = co_await rota::select(row);
            co_return see_all(got);
        }
        if (now.which == both) {
            if (row.empty() || now.kids->count() == 0) co_return -1;
            auto const got = co_await rota::select(row.back(), now.kids->make(0));
            co_return see_both(got);
        }
        std::vector<rota::coro<int>> all;
        for (std::size_t i = 0; i < now.kids->count(); ++i) all.push_back(now.kids->make(i));
        if (now.which == results) {
            auto const got = co_await rota::select(rota::return_exceptions, std::move(all));
            co_return see_all(got);
        }
        if (all.size() == 2) {
            auto const got = co_await rota::select(std::move(all[0]), std::move(all[1]));
            co_return see_both(got);
        }
        auto const got = co_await rota::select(std::move(all));
        co_return see_all(got);
    }

private:
    std::map<int, std::vector<rota::task<int>>> rows_;
};

// The first to end wins; what it owns is cancelled then, and when it is cancelled itself, and awaited.
class select_model final : public model {
public:
    bool at_once(use now) const override {
        auto const row = rows_.find(now.task);
        bool const no_row = row == rows_.end() || row->second.empty();
        switch (now.which) {
            case start: return true;
            case tasks: return no_row || any_ended(row->second);
            case both: return no_row || !told_by->has_children(now.step) || ended_.contains(row->second.back());
            default: return !told_by->has_children(now.step);
        }
    }
    void begin(use now) override {
        auto& row = rows_[now.task];
        if (now.which == start) {
            for (int const child : told_by->make_children(now.task)) row.push_back(child);
            return done(now.task);
        }
        if (now.which == both && (row.empty() || !told_by->has_children(now.step))) return done(now.task, -1);
        auto& its = selects_[now.task] = {};
        its.keeps = now.which == results;
        if (now.which == tasks) its.watched = its.places = row;
        if (now.which == both) its.watched = its.places = {row.back()};
        for (int const task : its.watched)
            if (its.winner < 0 && ended_.contains(task)) its.winner = task;
        if (its.winner >= 0) {
            if (now.which == both) its.places.push_back(never_made);
            return give(now.task, {});
        }
        if (now.which == both) {
            its.owned = {told_by->children_of(now.task).front()};
            told_by->make_child(its.owned.front());
        } else if (now.which != tasks) {
            its.owned = told_by->make_children(now.task);
        }
        for (int const child : its.owned) its.places.push_back(child);
        if (its.places.empty()) return fail(now.task, ending::misuse);
        its.left = its.owned.size();
        its.waits = true;
    }
    void withdraw(int task) override {
        auto& its = selects_[task];
        stop(its);
        if (its.left == 0) {
            its.waits = false;
            fail(task, ending::cancelled);
        }
    }
    void task_ended(int ended, outcome result) override {
        ended_[ended] = result;
        for (auto& [task, its] : selects_) {
            if (!its.waits) continue;
            bool const owned = holds(its.owned, ended);
            if (owned) {
                --its.left;
                bool const withdrawn = its.asked && result.how == ending::cancelled;
                if (its.winner < 0 && !withdrawn) {
                    its.winner = ended;
                    if (!its.asked) stop(its);
                }
            } else if (!its.asked && holds(its.watched, ended)) {
                its.winner = ended;
                stop(its);
            } else {
                continue;
            }
            if (its.left > 0) continue;
            its.waits = false;
            give(task, {ending::cancelled});
        }
    }
    void resumes(int task, outcome) override {
        auto const found = selects_.find(task);
        if (found == selects_.end() || found->second.winner < 0) return;
        auto const& its = found->second;
        outcome const won = ended_[its.winner];
        if (won.how != ending::value && !its.keeps) {
            told_by->decide_again(task, won);
        } else {
            seen all(static_cast<std::size_t>(std::find(its.places.begin(), its.places.end(), its.winner) -
                                              its.places.begin()));
            for (int const place : its.places) all.add(shown(its, place));
            told_by->decide_again(task, {ending::value, all.sum()});
        }
        selects_.erase(found);
    }

    // Some are awaited by others, or by nobody.
    int reports() const override { return -1; }

private:
    static constexpr int never_made = -1;

    struct selecting {
        std::vector<int> places;
        std::vector<int> owned;
        std::vector<int> watched;
        std::size_t left = 0;
        int winner = -1;
        bool waits = false;
        bool asked = false;
        bool keeps = false;
    };

    static bool holds(std::vector<int> const& tasks, int task) {
        return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
    }
    bool any_ended(std::vector<int> const& tasks) const {
        return std::any_of(tasks.begin(), tasks.end(), [&](int task) { return ended_.contains(task); });
    }
    outcome shown(selecting const& in, int place) const {
        auto const ended = ended_.find(place);
        if (ended == ended_.end()) return {};
        outcome const result = ended->second;
        if (result.how == ending::value) return result;
        return in.keeps && (place == in.winner || result.how != ending::cancelled) ? result : outcome{};
    }
    void stop(selecting& of) {
        of.asked = true;
        for (int const child : of.owned)
            if (!ended_.contains(child)) told_by->request_cancel(child);
    }

    std::map<int, std::vector<int>> rows_;
    std::map<int, outcome> ended_;
    std::map<int, selecting> selects_;
};

TEST(RandomPrograms, select) {
    campaign({"select",
              1,
              {{"select", 5, 0, true, step_kind::spawn},
               {"select results", 3, 0, true, step_kind::spawn},
               {"start tasks", 2, 0, false, step_kind::spawn},
               {"select of the tasks", 3},
               {"select of a task and", 3, 0, true, step_kind::spawn}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<select_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<select_model>(); }});
}

}  // namespace
