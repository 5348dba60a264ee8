#include "campaign.hpp"

#include <rota/combine/map_concurrent.hpp>
#include <rota/core/sleep.hpp>
#include <rota/sync/queue.hpp>

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace random_programs;

// Items of one queue, worked on by any number of for_each_concurrent.
enum : std::uint8_t { work, put, shutdown };

int item_of(use now) { return now.step; }
bool is_refused(int item) { return item % 4 == 3; }

class source_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        if (now.which == work)
            co_await rota::for_each_concurrent(queue_, static_cast<std::size_t>(now.value) + 1, handle, this);
        else if (now.which == put)
            queue_.put_nowait(item_of(now));
        else
            queue_.shutdown();
        co_return 0;
    }
    int state() const override { return static_cast<int>(queue_.qsize()); }

private:
    static rota::coro<> handle(int item, source_subject* self) {
        self->tell(item);
        if (item % 2 == 0) co_await rota::yield();
        if (is_refused(item)) throw raised_error{item};
    }

    rota::queue<int> queue_;
};

// Whatever is cancelled or fails, each item is worked on once or still in the queue.
class source_model final : public model {
public:
    bool is_unforeseeable() const override { return true; }
    bool at_once(use now) const override { return now.which != work; }
    void begin(use now) override {
        if (now.which == work) {
            working_.insert(now.task);
            return;
        }
        if (now.which == put && shut_) return fail(now.task, ending::shut_down);
        if (now.which == put)
            waiting_.insert(item_of(now));
        else
            shut_ = true;
        done(now.task);
    }
    void withdraw(int) override {}
    void told(int item) override {
        told_by->expect(waiting_.erase(item) == 1, "an item came twice, or from nowhere");
        if (is_refused(item)) refused_.insert(item);
    }
    void resumes(int task, outcome got) override {
        if (working_.erase(task) == 0) return;
        if (got.how == ending::cancelled)
            told_by->expect(told_by->visible(task) > 0, "a cancel came out that nobody made");
        else if (got.how == ending::raised)
            told_by->expect(refused_.erase(got.value) == 1, "an error came out twice, or from nowhere");
        else
            told_by->expect(got.how == ending::value && shut_, "it ended before its items");
        decide(task, got);
    }
    void stuck() override {
        for (int const task : working_) {
            told_by->expect(told_by->visible(task) == 0, "a cancel does not come out");
            told_by->expect(waiting_.empty() && !shut_, "nobody works on what is there");
        }
    }
    int state() const override { return static_cast<int>(waiting_.size()); }

private:
    std::set<int> waiting_;
    std::set<int> refused_;
    std::set<int> working_;
    bool shut_ = false;
};

TEST(RandomPrograms, map_source) {
    campaign({"map_source",
              1,
              {{"work on the queue", 5, 2}, {"put", 8, 0, false}, {"shutdown", 1, 0, false}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<source_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<source_model>(); }});
}

}  // namespace
