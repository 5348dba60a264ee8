#include "campaign.hpp"

#include <rota/core/async_generator.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/with_shield.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <exception>
#include <map>
#include <utility>

namespace {

using namespace random_programs;
using std::chrono::milliseconds;

// Two places for generators, which all tasks use; a new one takes the place of one that is dropped. To walk is to make one
// of its own and to go through it, or half of it, in `with_aclosing`.
enum : std::uint8_t { make, next, aclose, walk };
enum shape : std::uint8_t { quick, sleeps, fails, cleans, shapes };
constexpr int places = 2;
constexpr int items = 3;
constexpr int failing_item = 1;
constexpr int of_cleanup = 9;

int place_of(use now) { return now.value % places; }
bool walks_half(use now) { return now.value % 2 == 1; }
shape shape_of(use now) { return static_cast<shape>(now.value / 2); }
int id_of(use now) { return now.step + 1; }
int item_of(int id, int index) { return id * 10 + index; }

class generator_subject final : public subject {
public:
    rota::coro<int> perform(use now) override {
        auto& used = generators_[static_cast<std::size_t>(place_of(now))];
        switch (now.which) {
            case make: used = generate(id_of(now), shape_of(now)); break;
            case next: {
                auto const item = co_await used.next();
                co_return item ? *item : -1;
            }
            case aclose: co_await used.aclose(); break;
            default: co_return co_await rota::with_aclosing(generate(id_of(now), shape_of(now)), walk_on, now);
        }
        co_return 0;
    }
    int state() const override { return open_; }

private:
    class opened {
    public:
        explicit opened(int& count) : count_(count) { ++count_; }
        opened(opened const&) = delete;
        opened& operator=(opened const&) = delete;
        ~opened() { --count_; }

    private:
        int& count_;
    };

    // Tells before it sleeps for an item or for its clean-up.
    rota::async_generator<int> generate(int id, shape how) {
        opened const here(open_);
        std::exception_ptr error;
        bool closed = false;
        try {
            for (int index = 0; index < items; ++index) {
                if (how != quick) {
                    tell(item_of(id, index));
                    co_await rota::sleep(milliseconds(1));
                }
                if (how == fails && index == failing_item) throw raised_error{id};
                int const item = item_of(id, index);
                co_yield item;
            }
        } catch (rota::generator_exit const&) {
            error = std::current_exception();
            closed = true;
        } catch (...) {
            error = std::current_exception();
        }
        if (how == cleans) {
            tell(item_of(id, of_cleanup));
            if (closed)
                co_await rota::sleep(milliseconds(1));  // a close is shielded
            else
                co_await rota::with_shield(rota::sleep(milliseconds(1)));
        }
        if (error) std::rethrow_exception(error);
    }

    static rota::coro<int> walk_on(rota::async_generator<int>& through, use now) {
        int sum = 0;
        while (auto const item = co_await through.next()) {
            sum += *item;
            if (walks_half(now) && *item == item_of(id_of(now), failing_item)) break;
        }
        co_return sum;
    }

    int open_ = 0;
    std::array<rota::async_generator<int>, places> generators_;
};

// A cancel comes out of a sleep for an item, and ends the generator; nothing comes into its clean-up. One that is dropped
// is closed by the loop.
class generator_model final : public model {
public:
    bool at_once(use) const override { return true; }
    void begin(use now) override {
        int& placed = placed_[static_cast<std::size_t>(place_of(now))];
        if (now.which == make) {
            drop(std::exchange(placed, id_of(now)));
            generators_[id_of(now)] = {shape_of(now)};
            return done(now.task);
        }
        if (now.which == walk) {
            generators_[id_of(now)] = {shape_of(now), stage::running};
            usages_[now.task] = {id_of(now), now.which};
            usages_[now.task].half = walks_half(now);
            return go_on(now.task);
        }
        if (placed == 0) return fail(now.task, ending::misuse);
        auto& used = generators_[placed];
        if (used.now == stage::running) return fail(now.task, ending::misuse);
        if (now.which == aclose && used.now == stage::fresh) used.now = stage::over;
        if (used.now == stage::over) return done(now.task, now.which == next ? -1 : 0);
        used.now = stage::running;
        usages_[now.task] = {placed, now.which};
        if (now.which == next) return go_on(now.task);
        end_now(now.task, {ending::value, 0});
    }
    void told(int value) override {
        for (auto& [task, its] : usages_) {
            if (its.id != value / 10) continue;
            if (value % 10 == of_cleanup) {
                if (its.now != phase::cleaning) clean(task, its);
            } else if (its.now == phase::between) {
                sleep_or_raise(task, its);
            }
        }
    }
    void withdraw(int task) override {
        auto& its = usages_[task];
        if (its.now != phase::sleeping) return;
        told_by->disarm(task);
        end(task, {ending::cancelled});
    }
    void fire(int task) override {
        auto& its = usages_[task];
        if (its.now == phase::cleaning) return decide(task, its.result);
        auto& used = generators_[its.id];
        if (used.how == fails && used.index == failing_item) return decide(task, {ending::raised, its.id});
        int const item = item_of(its.id, used.index++);
        if (its.which == next) return done(task, item);
        its.sum += item;
        its.now = phase::between;
        if (used.index == items || (its.half && used.index > failing_item)) end(task, {ending::value, its.sum});
    }
    void resumes(int task, outcome got) override {
        auto const found = usages_.find(task);
        if (found == usages_.end()) return;
        auto const its = found->second;
        if (its.now == phase::raising && generators_[its.id].how != cleans) fail(task, ending::cancelled);
        bool const goes_on = its.which == next && got.how == ending::value && got.value >= 0;
        auto& used = generators_[its.id];
        used.now = goes_on && !used.dropped ? stage::suspended : stage::over;
        usages_.erase(found);
    }
    int state() const override {
        int open = 0;
        for (auto const& [id, each] : generators_) open += each.now == stage::suspended || each.now == stage::running;
        return open;
    }

private:
    enum class stage : std::uint8_t { fresh, suspended, running, over };
    struct generator_of {
        shape how = quick;
        stage now = stage::fresh;
        int index = 0;
        bool dropped = false;
    };
    // Between two items it has not said yet that it sleeps; at its end, that it cleans up.
    enum class phase : std::uint8_t { sleeping, raising, between, ending, cleaning };
    struct usage_of {
        int id;
        int which;
        phase now = phase::between;
        int sum = 0;
        bool half = false;
        outcome result{};
    };

    void drop(int id) {
        auto const found = generators_.find(id);
        if (found == generators_.end()) return;
        auto& dropped = found->second;
        dropped.dropped = true;
        if (dropped.now != stage::running) dropped.now = stage::over;
    }

    void go_on(int task) {
        auto& its = usages_[task];
        auto& used = generators_[its.id];
        if (used.how != quick) {
            if (used.index == items) return end_now(task, {ending::value, -1});
            return sleep_or_raise(task, its);
        }
        if (its.which == next) return done(task, used.index == items ? -1 : item_of(its.id, used.index++));
        int sum = 0;
        for (int index = 0; index < items && !(its.half && index > failing_item); ++index)
            sum += item_of(its.id, index);
        done(task, sum);
    }

    void sleep_or_raise(int task, usage_of& its) {
        its.now = phase::sleeping;
        if (told_by->visible(task) == 0) return told_by->arm(task, 1);
        if (!told_by->raises_again(task)) return end_now(task, {ending::cancelled});
        its.result = {ending::cancelled};
        its.now = phase::raising;
    }

    // It comes to its clean-up in its turn.
    void end(int task, outcome result) {
        auto& its = usages_[task];
        its.result = result;
        its.now = phase::ending;
        if (generators_[its.id].how != cleans) decide(task, result);
    }
    // Its task is in it already.
    void end_now(int task, outcome result) {
        end(task, result);
        if (generators_[usages_[task].id].how == cleans) clean(task, usages_[task]);
    }

    void clean(int task, usage_of& its) {
        its.now = phase::cleaning;
        told_by->arm(task, 1);
    }

    std::array<int, places> placed_{};
    std::map<int, generator_of> generators_;
    std::map<int, usage_of> usages_;
};

TEST(RandomPrograms, async_generator) {
    campaign({"async_generator",
              1,
              {{"make generator", 4, places * shapes, false},
               {"next of", 8, places},
               {"aclose", 2, places},
               {"walk", 2, 2 * shapes}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<generator_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<generator_model>(); }});
}

}  // namespace
