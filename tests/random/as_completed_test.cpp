#include "campaign.hpp"

#include <rota/combine/as_completed.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace {

using namespace random_programs;

// Each task has a row of its own to draw from: the last it has started.
enum : std::uint8_t { start, next };

class completing_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        auto& own = rows_[now.task];
        if (now.which == start) {
            std::vector<rota::task<int>> tasks;
            for (std::size_t i = 0; i < now.kids->count(); ++i) tasks.push_back(rota::create_task(now.kids->make(i)));
            own = std::make_unique<rota::completions<rota::task<int>>>(std::move(tasks), rota::clock::never());
            co_return 0;
        }
        if (own == nullptr) co_return -1;
        auto const finished = co_await own->next();
        if (!finished) co_return -2;
        co_return co_await finished;
    }

private:
    std::map<int, std::unique_ptr<rota::completions<rota::task<int>>>> rows_;
};

// What has finished waits in the order in which it did, and each comes out once.
class completing_model final : public model {
public:
    bool at_once(use now) const override { return now.which == start || !rows_.contains(now.task); }
    void begin(use now) override {
        if (now.which == start) {
            rows_[now.task] = {told_by->make_children(now.task), {}, false};
            for (int const child : rows_[now.task].unfinished) all_.insert(child);
            return done(now.task);
        }
        auto const own = rows_.find(now.task);
        if (own == rows_.end()) return done(now.task, -1);
        auto& row = own->second;
        if (row.finished.empty() && row.unfinished.empty()) return done(now.task, -2);
        row.waits = true;
        if (!row.finished.empty()) give_first(now.task, row);
    }
    void withdraw(int task) override {
        rows_[task].waits = false;
        fail(task, ending::cancelled);
    }
    void task_ended(int child, outcome result) override {
        if (all_.contains(child) && is_error(result)) ++unseen_;
        for (auto& [task, row] : rows_) {
            if (std::erase(row.unfinished, child) == 0) continue;
            row.finished.push_back(result);
            if (row.waits) give_first(task, row);
        }
    }

    void resumes(int, outcome got) override {
        if (is_error(got)) --unseen_;
    }
    /// Errors of tasks that nobody has awaited when their last handle goes.
    int reports() const override { return unseen_; }

private:
    struct row_of {
        std::vector<int> unfinished;
        std::vector<outcome> finished;
        bool waits = false;
    };

    void give_first(int task, row_of& row) {
        row.waits = false;
        give(task, row.finished.front());
        row.finished.erase(row.finished.begin());
    }

    std::map<int, row_of> rows_;
    std::set<int> all_;  // also of rows that were left for another
    int unseen_ = 0;
};

TEST(RandomPrograms, as_completed) {
    campaign({"as_completed",
              1,
              {{"as_completed", 3, 0, true, step_kind::spawn}, {"next", 6}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<completing_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<completing_model>(); }});
}

}  // namespace
