#include <rota/core/schedule.hpp>

#include "schedule_policy.hpp"

#include <rota/base/error.hpp>
#include <rota/detail/task_state.hpp>
#include "engine/simulated_decisions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace {

using detail::ready_queue;
using detail::runnable;
using detail::runnable_kind;

// After so many turns beside others that are ready a task goes below them.
constexpr std::uint32_t most_turns_above = 64;
// Tasks whose priorities are remembered; one that is forgotten gets a new one.
constexpr std::size_t most_remembered = std::size_t{1} << 16;

class seeded_choices final : public choice_source {
public:
    explicit seeded_choices(std::uint64_t seed) noexcept : numbers_(seed) {}
    std::uint64_t choose(std::uint64_t bound) noexcept override { return numbers_.below(bound); }

private:
    simulation::random_stream numbers_;
};

// Callbacks keep their order, so only the first of them is ever a candidate; each task is in the queue once.
bool is_callback(runnable const& item) noexcept { return item.kind == runnable_kind::callback; }

class random_policy : public detail::schedule_policy {
public:
    random_policy(choice_source* given, std::uint64_t seed) noexcept : own_(seed), choices_(given ? given : &own_) {}

protected:
    std::uint64_t choose(std::uint64_t bound) noexcept { return bound < 2 ? 0 : choices_->choose(bound); }

private:
    seeded_choices own_;
    choice_source* choices_;
};

class shuffling final : public random_policy {
public:
    using random_policy::random_policy;

    ready_queue arrange(ready_queue& ready) override {
        if (ready.first() == ready.last()) return {};
        // Each place is drawn from those that may come next: the tasks, and the first callback.
        waiting_.clear();
        callbacks_.clear();
        std::size_t count = 0;
        for (runnable* each = ready.first(); each != nullptr; each = each->next) ++count;
        // Before the first is taken out: where memory is short nobody gets lost.
        waiting_.reserve(count);
        callbacks_.reserve(count);
        while (!ready.empty()) {
            runnable& item = ready.pop();
            waiting_.push_back(&item);
            if (is_callback(item)) callbacks_.push_back(&item);
        }
        auto next_callback = callbacks_.begin();
        while (!waiting_.empty()) {
            auto const drawn = waiting_.begin() + static_cast<std::ptrdiff_t>(choose(waiting_.size()));
            runnable* const taken = *drawn;
            waiting_.erase(drawn);
            // Whichever place a callback has drawn, the first of those left takes it.
            ready.push(is_callback(*taken) ? **next_callback++ : *taken);
        }
        return {};
    }

private:
    std::vector<runnable*> waiting_;
    std::vector<runnable*> callbacks_;
};

class by_priority final : public random_policy {
public:
    by_priority(schedule const& wanted, std::uint64_t seed) : random_policy(wanted.choices, seed) {
        for (std::uint32_t i = 0; i < wanted.changes; ++i)
            if (auto const step = choose(wanted.length); step != 0) changes_.push_back(step);
        std::sort(changes_.begin(), changes_.end(), std::greater<>());
    }

    ready_queue arrange(ready_queue& ready) override {
        if (ready.first() == ready.last()) return {};
        runnable* highest = find_highest(ready);
        for (std::uint64_t const step = steps_++; !changes_.empty() && changes_.back() <= step; changes_.pop_back()) {
            demote(*highest);
            highest = find_highest(ready);
        }
        if (++of(*highest).turns_above == most_turns_above) demote(*highest);
        ready_queue rest;
        ready_queue first;
        while (!ready.empty()) {
            runnable& item = ready.pop();
            (&item == highest ? first : rest).push(item);
        }
        ready = first;
        return rest;
    }

private:
    struct rank {
        std::int64_t priority = 0;
        std::uint32_t turns_above = 0;
    };

    // All callbacks are one, with the number that no task has.
    rank& of(runnable& item) {
        std::uint32_t const id = is_callback(item) ? 0 : static_cast<detail::task_state&>(item).id;
        auto const [place, is_new] = ranks_.try_emplace(id);
        if (is_new) place->second.priority = static_cast<std::int64_t>(choose(1 << 16));
        return place->second;
    }

    runnable* find_highest(ready_queue const& ready) {
        if (ranks_.size() > most_remembered) ranks_.clear();
        runnable* highest = nullptr;
        std::int64_t most = 0;
        for (runnable* item = ready.first();; item = item->next) {
            auto const priority = of(*item).priority;
            if (highest == nullptr || priority > most) {
                highest = item;
                most = priority;
            }
            if (item == ready.last()) return highest;
        }
    }

    void demote(runnable& item) { of(item) = {--lowest_, 0}; }

    std::unordered_map<std::uint32_t, rank> ranks_;
    std::vector<std::uint64_t> changes_;  // the next one last
    std::uint64_t steps_ = 0;
    std::int64_t lowest_ = 0;
};

schedule_kind kind_from_environment() {
    char const* const text = std::getenv("ROTA_SCHEDULE");
    if (!text || *text == '\0') return schedule_kind::fifo;
    for (auto const kind : {schedule_kind::fifo, schedule_kind::shuffle, schedule_kind::pct})
        if (to_string(kind) == text) return kind;
    throw usage_error(std::string("ROTA_SCHEDULE=") + text + ": no such schedule; use fifo, shuffle or pct");
}

}  // namespace

std::string_view to_string(schedule_kind kind) noexcept {
    switch (kind) {
        case schedule_kind::automatic: return "auto";
        case schedule_kind::fifo: return "fifo";
        case schedule_kind::shuffle: return "shuffle";
        case schedule_kind::pct: return "pct";
    }
    return "unknown";
}

std::unique_ptr<detail::schedule_policy> detail::make_schedule_policy(schedule const& wanted, std::uint64_t seed) {
    auto const kind = wanted.kind == schedule_kind::automatic ? kind_from_environment() : wanted.kind;
    if (wanted.seed != 0) seed = wanted.seed;
    switch (kind) {
        case schedule_kind::shuffle: return std::make_unique<shuffling>(wanted.choices, seed);
        case schedule_kind::pct: return std::make_unique<by_priority>(wanted, seed);
        default: return nullptr;
    }
}

}  // namespace rota::inline v0
