#include "campaign.hpp"

#include <rota/combine/map_concurrent.hpp>
#include <rota/core/sleep.hpp>
#include <rota/sync/queue.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <utility>

namespace {

using namespace random_programs;

// Items of one queue, worked on by any number of for_each_concurrent.
enum : std::uint8_t { work, put, shutdown };

int item_of(use now) { return now.step; }
bool is_refused(int item) { return item % 4 == 3; }

// What a handler tells: that it has begun, that it is about to throw, that it has only a turn left, that it is through.
enum class stage : std::uint8_t { begun, throws, late, through };

int to_number(stage at, int worker, int item) { return static_cast<int>(at) << 24 | worker << 16 | item; }

class source_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        if (now.which == work)
            co_await rota::for_each_concurrent(queue_, static_cast<std::size_t>(now.value) + 1, handle, this, now.task);
        else if (now.which == put)
            queue_.put_nowait(item_of(now));
        else
            queue_.shutdown();
        co_return 0;
    }
    int state() const override { return static_cast<int>(queue_.qsize()); }

private:
    static rota::coro<> handle(int item, source_subject* self, int worker) {
        self->tell(to_number(stage::begun, worker, item));
        if (item % 2 == 0) co_await rota::sleep(std::chrono::milliseconds(item % 3));
        if (is_refused(item)) {
            self->tell(to_number(stage::throws, worker, item));
            throw raised_error{item};
        }
        self->tell(to_number(stage::late, worker, item));
        co_await rota::yield();
        self->tell(to_number(stage::through, worker, item));
    }

    rota::queue<int> queue_;
};

// Whatever is cancelled or fails, each item is worked on once or still in the queue. An error comes out of the call whose
// handler threw it, and stops that call's others: only what had a turn left at most gets through.
class source_model final : public model {
public:
    bool is_unforeseeable() const override { return true; }
    bool at_once(use now) const override { return now.which != work; }
    void begin(use now) override {
        if (now.which == work) {
            working_[now.task] = {};
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
    void told(int number) override {
        auto const at = static_cast<stage>(number >> 24);
        int const item = number & 0xffff;
        auto& its = working_[number >> 16 & 0xff];
        if (at == stage::begun) told_by->expect(waiting_.erase(item) == 1, "an item came twice, or from nowhere");
        if (at == stage::throws) its.refused.insert(item);
        if (at == stage::late && its.refused.empty()) its.late.insert(item);
        if (at == stage::through)
            told_by->expect(its.late.erase(item) == 1 || its.refused.empty(), "one went on after another's error");
    }
    void resumes(int task, outcome got) override {
        auto const found = working_.find(task);
        if (found == working_.end()) return;
        auto const refused = std::move(found->second.refused);
        working_.erase(found);
        if (got.how == ending::raised)
            told_by->expect(refused.contains(got.value), "an error came out that no handler of it threw");
        else
            told_by->expect(refused.empty(), "a handler's error did not come out");
        if (got.how == ending::cancelled)
            told_by->expect(told_by->visible(task) > 0, "a cancel came out that nobody made");
        else if (got.how != ending::raised)
            told_by->expect(got.how == ending::value && shut_, "it ended before its items");
        decide(task, got);
    }
    void stuck() override {
        for (auto const& [task, its] : working_) {
            told_by->expect(told_by->visible(task) == 0, "a cancel does not come out");
            told_by->expect(waiting_.empty() && !shut_, "nobody works on what is there");
        }
    }
    int state() const override { return static_cast<int>(waiting_.size()); }

private:
    struct call {
        std::set<int> refused;
        std::set<int> late;  // before any was refused
    };

    std::set<int> waiting_;
    std::map<int, call> working_;
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
