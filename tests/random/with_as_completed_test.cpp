#include "campaign.hpp"

#include <rota/combine/as_completed.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <exception>
#include <map>
#include <utility>
#include <vector>

namespace {

using namespace random_programs;

// What the body tells: its task, and that it has taken one, or how it has ended.
constexpr int codes = 100;
constexpr int took = 0;
int ended(outcome how) { return 1 + static_cast<int>(how.how); }

int add_to(int sum, int value) { return (sum * 31 + value) % 1'000'003; }

/// Takes so many of its coroutines' values as they finish, and leaves the rest.
class owning_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        std::vector<rota::coro<int>> all;
        for (std::size_t i = 0; i < now.kids->count(); ++i) all.push_back(now.kids->make(i));
        auto body = [&](auto& finished) { return take_some(finished, now); };
        co_return co_await rota::with_as_completed(std::move(all), body);
    }

private:
    rota::coro<int> take_some(rota::completions<rota::task<int>>& finished, use now) {
        int sum = 0;
        outcome how{ending::value};
        std::exception_ptr error;
        try {
            for (int taken = 0; taken < now.value; ++taken) {
                auto const one = co_await finished.next();
                if (!one) break;
                tell(now.task * codes + took);
                sum = add_to(sum, co_await one);
            }
        } catch (...) {
            error = std::current_exception();
            how = outcome_of(error);
        }
        tell(now.task * codes + ended(how));
        if (error) std::rethrow_exception(error);
        co_return sum;
    }
};

// Each is taken once, in the order in which they finish. When the body has ended the rest is cancelled, and all have ended
// before what the body gave comes out.
class owning_model final : public model {
public:
    bool at_once(use now) const override { return now.value == 0 || told_by->has_children(now.step); }
    void begin(use now) override {
        auto& row = rows_[now.task];
        row = {};
        row.unfinished = told_by->make_children(now.task);
        row.to_take = std::min(static_cast<std::size_t>(now.value), row.unfinished.size());
        for (int const child : row.unfinished) parents_[child] = now.task;
        row.over = row.unfinished.empty();
        if (row.over) done(now.task);
    }
    void told(int value) override {
        int const task = value / codes;
        auto& row = rows_[task];
        if (row.over) return;
        if (value % codes == took)
            take(row);
        else
            end_body(task, row, static_cast<ending>(value % codes - 1));
    }
    // Of two that the scope waits for one after the other, nobody sees at which it is: a request that comes in between is
    // not handed on.
    void withdraw(int task) override {
        auto const& row = rows_[task];
        if (row.result.how == ending::none) return;
        for (int const child : row.unfinished) told_by->request_soon(child);
    }
    // It may be handed on to a child's child before the child itself shows that it has come.
    bool more_requests(int task) override {
        auto const parent = parents_.find(task);
        return parent != parents_.end() && (told_by->deliver(parent->second) || more_requests(parent->second));
    }
    void task_ended(int child, outcome result) override {
        auto const parent = parents_.find(child);
        if (parent == parents_.end()) return;
        auto& row = rows_[parent->second];
        std::erase(row.unfinished, child);
        row.finished.push_back(result);
        if (is_error(result)) ++unseen_;
        if (row.result.how != ending::none) end_if_all_have(parent->second, row);
    }

    /// Errors of those that were not taken, or whose taker was cancelled before it could see them.
    int reports() const override { return unseen_; }

private:
    struct row_of {
        std::vector<int> unfinished;
        std::vector<outcome> finished;  // and not taken
        std::size_t to_take = 0;
        outcome taken{};  // the last one
        int sum = 0;
        outcome result{};  // once the body has ended
        bool raises = false;
        bool over = true;
    };

    void take(row_of& row) {
        told_by->expect(!row.finished.empty(), "one was taken that had not finished");
        if (row.finished.empty()) return;
        add_taken(row);
        row.taken = row.finished.front();
        row.finished.erase(row.finished.begin());
        told_by->expect(row.to_take > 0, "one was taken too many");
        if (row.to_take > 0) --row.to_take;
    }
    static void add_taken(row_of& row) {
        if (row.taken.how == ending::value) row.sum = add_to(row.sum, row.taken.value);
    }
    void end_body(int task, row_of& row, ending how) {
        // The request that ends it may have been on its way.
        while (how == ending::cancelled && row.taken.how != how && told_by->visible(task) == 0)
            if (!told_by->deliver(task) && !more_requests(task)) break;
        row.result = {how};
        if (how == ending::value) {
            add_taken(row);
            row.result.value = row.sum;
            told_by->expect(row.to_take == 0, "the body has ended, and not had all");
        } else if (how == ending::cancelled && told_by->visible(task) > 0) {
            row.raises = true;
        } else {
            told_by->expect(row.taken.how == how, "the body has got another error than that of its task");
            row.result = row.taken;
            if (is_error(row.taken)) --unseen_;
        }
        for (int const child : row.unfinished) told_by->request_cancel(child);
        end_if_all_have(task, row);
    }
    void end_if_all_have(int task, row_of& row) {
        if (!row.unfinished.empty()) return;
        row.over = true;
        if (row.raises)
            fail(task, ending::cancelled);
        else
            give(task, row.result);
    }

    std::map<int, row_of> rows_;
    std::map<int, int> parents_;
    int unseen_ = 0;
};

TEST(RandomPrograms, with_as_completed) {
    campaign({"with_as_completed",
              1,
              {{"with_as_completed", 6, 4, true, step_kind::spawn}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<owning_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<owning_model>(); },
              // A time-out that ends with a sleep would make a guess of which was first.
              true});
}

}  // namespace
