#include "campaign.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/task_group.hpp>
#include <rota/core/cancellation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace {

using namespace random_programs;

// A group that starts its tasks one after the other, and may wait for them in its body. What it tells: the number of a
// child that says it is ready, and more.
enum : std::uint8_t { ends, joins };
enum class readiness : std::uint8_t { first, first_too, last, never };
constexpr std::uint8_t ways = 4;
constexpr int starting = 1'000;
constexpr int joining = 2'000;
constexpr int body_ended = 3'000;  // and ten times the task; how: a value, a cancel, an error
enum body_end : std::uint8_t { by_value, by_cancel, by_error };

readiness ready_when(use now, std::size_t child) {
    return static_cast<readiness>((static_cast<std::size_t>(now.value) + child) % ways);
}

class start_subject final : public subject {
public:
    rota::coro<int> perform(use now) override { co_return co_await rota::with_task_group(body, this, now); }

private:
    static rota::coro<> run_child(rota::task_ready<int>& ready, start_subject* self, rota::coro<int> child, int number,
                                  readiness when) {
        if (when <= readiness::first_too) self->say_ready(ready, number);
        co_await std::move(child);
        if (when == readiness::last) self->say_ready(ready, number);
    }
    static rota::coro<int> body(rota::task_group& group, start_subject* self, use now) {
        int sum = 0;
        int const end = body_ended + 10 * now.task;
        try {
            for (std::size_t i = 0; i < now.kids->count(); ++i) {
                int const number = now.kids->number(i);
                self->tell(starting + number);
                auto child = now.kids->make(i);
                auto starts = group.start<int>(run_child, self, std::move(child), number, ready_when(now, i));
                sum = sum * 31 + co_await std::move(starts);
            }
            if (now.which == joins) {
                self->tell(joining + now.task);
                co_await group.join();
            }
        } catch (rota::cancelled_error const&) {
            self->tell(end + by_cancel);
            throw;
        } catch (...) {
            self->tell(end + by_error);
            throw;
        }
        self->tell(end + by_value);
        co_return sum;
    }
    void say_ready(rota::task_ready<int>& ready, int number) {
        tell(number);
        ready(number);
    }
};

// What a task ends with before it is ready goes to who starts it, and later to the group; a cancel of who starts it reaches
// it.
class start_model final : public model {
public:
    bool at_once(use) const override { return true; }  // the first task is made before anything waits
    void begin(use now) override {
        auto& its = groups_[now.task] = {};
        its.how = now;
        its.children = told_by->children_of(now.task);
        its.visible_before = told_by->visible(now.task);
        for (int const child : its.children) parents_[child] = now.task;
        if (its.children.empty()) done(now.task);
    }
    void told(int value) override {
        if (value >= body_ended) return end_body((value - body_ended) / 10, (value - body_ended) % 10);
        if (value >= joining) return join(value - joining);
        if (value < starting) return ready(value);
        int const child = value - starting;
        int const task = parents_[child];
        auto& its = groups_[task];
        told_by->expect(its.starts < 0 && !its.over, "a task was started before the one before it");
        its.starts = child;
        its.alive.push_back(child);
        told_by->make_child(child);
        // It is born cancelled, and is cancelled by who starts it.
        if (its.aborting) told_by->request_cancel(child);
        if (told_by->visible(task) != 0) told_by->request_cancel(child);
    }
    void withdraw(int task) override {
        auto& its = groups_[task];
        if (its.starts >= 0) return told_by->request_cancel(its.starts);
        if (std::exchange(its.joined, false)) return told_by->raised(task);
        if (!its.over) return;
        its.interrupted = true;
        abort(its);
    }
    void task_ended(int child, outcome result) override {
        auto const parent = parents_.find(child);
        if (parent == parents_.end()) return;
        int const task = parent->second;
        auto& its = groups_[task];
        std::erase(its.alive, child);
        bool const in_start = its.starts == child;
        if (in_start) {
            // It may still say that it is ready: its own end is what the checker sees.
            auto const place = static_cast<std::size_t>(std::find(its.children.begin(), its.children.end(), child) -
                                                        its.children.begin());
            bool const says_it = result.how == ending::value && ready_when(its.how, place) == readiness::last;
            if (!says_it) its.starts = -1;
        } else if (result.how != ending::value && result.how != ending::cancelled) {
            ++its.errors;
            abort(its);
            if (!its.over && !std::exchange(its.asked, true)) told_by->request_cancel(task, told_by->level(task));
        }
        if (its.joined) {
            std::erase(its.awaited, child);
            if (its.awaited.empty()) its.joined = false;
        }
        if (its.over && its.alive.empty()) give(task, {});
    }
    void resumes(int task, outcome) override {
        auto const found = groups_.find(task);
        if (found == groups_.end() || found->second.children.empty()) return;
        auto const its = found->second;
        bool cancelled = its.interrupted || its.ended == by_cancel;
        if (its.asked) {
            told_by->take_back_request(task);
            if (told_by->visible(task) <= its.visible_before) cancelled = false;
        }
        outcome result{ending::value, 0};
        for (int const child : its.children) result.value = result.value * 31 + child;
        if (int const errors = its.errors + (its.ended == by_error); errors > 0)
            result = {ending::group, errors};
        else if (cancelled)
            result = {ending::cancelled};
        else if (its.ended == by_cancel)
            result = {ending::invalid};  // it was to give a value
        told_by->decide_again(task, result);
        groups_.erase(found);
    }
    void stuck() override {
        for (auto const& [task, its] : groups_)
            told_by->expect(its.children.empty() || its.over || its.starts >= 0 || its.joined, "a body does not go on");
    }

private:
    struct grouping {
        use how{};
        std::vector<int> children;
        std::vector<int> alive;
        std::vector<int> awaited;  // by the join
        int starts = -1;
        bool joined = false;
        bool over = false;
        int ended = by_value;
        std::uint32_t visible_before = 0;
        int errors = 0;
        bool aborting = false;
        bool asked = false;        // the group has cancelled its owner
        bool interrupted = false;  // somebody else has
    };

    void ready(int child) {
        auto& its = groups_[parents_[child]];
        told_by->expect(its.starts == child, "a task is ready that nobody starts");
        its.starts = -1;
    }
    void join(int task) {
        auto& its = groups_[task];
        its.awaited = its.alive;
        if (its.alive.empty()) return;
        if (told_by->visible(task) != 0)
            told_by->raised(task);
        else
            its.joined = true;
    }
    void end_body(int task, int how) {
        auto& its = groups_[task];
        if (its.children.empty()) return;
        told_by->expect(its.starts < 0 && !its.joined, "a body went on before what it awaits was over");
        its.over = true;
        its.ended = how;
        if (how != by_value) abort(its);
        if (its.alive.empty()) return give(task, {});
        if (told_by->visible(task) > std::uint32_t{its.asked}) {
            its.interrupted = true;
            abort(its);
        }
    }
    void abort(grouping& of) {
        if (std::exchange(of.aborting, true)) return;
        auto const alive = of.alive;
        for (int const child : alive) told_by->request_cancel(child);
    }

    std::map<int, grouping> groups_;
    std::map<int, int> parents_;
};

TEST(RandomPrograms, group_start) {
    campaign({"group_start",
              1,
              {{"group that starts", 4, ways, true, step_kind::spawn},
               {"group that starts and joins", 3, ways, true, step_kind::spawn}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<start_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<start_model>(); }});
}

}  // namespace
