#include "campaign.hpp"

#include <rota/combine/stop_token.hpp>
#include <rota/sync/event.hpp>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

namespace {

using namespace random_programs;

// There are two stop sources; a stop is requested of one, or it is exchanged for a new one.
enum : std::uint8_t { inside, request, renew, source, wait };
constexpr std::uint8_t sources = 2;
constexpr int stopped = 1'000;

rota::coro<int> run_child(rota::coro<int>& child, std::stop_token const& stop) {
    int const value = co_await std::move(child);
    co_return value + (stop.stop_requested() ? stopped : 0);
}

class stop_subject final : public subject {
public:
    rota::coro<> around(use now, rota::coro<> body) override {
        co_await rota::with_stop_token(sources_[static_cast<std::size_t>(now.value)].get_token(), std::move(body));
    }
    rota::coro<int> perform(use now) override {
        auto& used = sources_[static_cast<std::size_t>(now.value)];
        switch (now.which) {
            case request: co_return used.request_stop();
            case renew: used = std::stop_source(); co_return 0;
            case wait: co_await never_.wait(); co_return 0;
            default: break;
        }
        if (now.kids->count() == 0) co_return -1;
        auto child = now.kids->make(0);
        auto const body = [&](std::stop_token const& stop) { return run_child(child, stop); };
        co_return co_await rota::with_stop_source(std::cref(body));
    }

private:
    std::array<std::stop_source, sources> sources_;
    rota::event never_;
};

// A stop cancels who is inside at the level of shields at which it entered, once, and that request is gone when it leaves.
// What was asked for before is seen at the entry; what is asked for while the body has not suspended yet, when it does.
class stop_model final : public model {
public:
    bool at_once(use now) const override { return now.which == source && !told_by->has_children(now.step); }
    void begin(use now) override {
        auto const used = static_cast<std::size_t>(now.value);
        switch (now.which) {
            case request: {
                bool const first = requested_.insert(current_[used]).second;
                for (auto& [place, its] : scopes_)
                    if (its.listens && its.source == current_[used]) cancel(its);
                return done(now.task, first);
            }
            case renew: current_[used] = next_++; return done(now.task);
            case wait: return;
            default: break;
        }
        if (!told_by->has_children(now.step)) return done(now.task, -1);
        int const child = told_by->children_of(now.task).front();
        told_by->make_child(child);
        parents_[child] = now.task;
        children_[now.task] = {child, false};
    }
    void withdraw(int task) override {
        auto const own = children_.find(task);
        if (own == children_.end()) return fail(task, ending::cancelled);
        own->second.stopped = true;
        told_by->request_cancel(own->second.child);
    }
    void task_ended(int child, outcome result) override {
        auto const parent = parents_.find(child);
        if (parent == parents_.end()) return;
        auto const own = children_.extract(parent->second).mapped();
        if (result.how == ending::value && own.stopped) result.value += stopped;
        give(parent->second, result);
    }

    void enters_scope(use now) override {
        auto& its = scopes_[{now.task, now.step}];
        its = {now.task, told_by->level(now.task), current_[static_cast<std::size_t>(now.value)], false, false};
        if (requested_.contains(its.source)) cancel(its);
    }
    void suspends_in_scope(use now) override {
        auto& its = scopes_[{now.task, now.step}];
        its.listens = true;
        if (requested_.contains(its.source)) cancel(its);
    }
    outcome leaves_scope(use now, outcome body) override {
        auto const its = scopes_.extract({now.task, now.step}).mapped();
        if (its.cancelled) told_by->take_back_request(now.task);
        return body;
    }

private:
    struct scope_of {
        int task;
        std::uint8_t level;
        int source;  // of all there were
        bool listens;
        bool cancelled;
    };
    struct child_of {
        int child;
        bool stopped;
    };

    void cancel(scope_of& of) {
        if (std::exchange(of.cancelled, true)) return;
        told_by->request_cancel(of.task, of.level);
    }

    std::array<int, sources> current_{0, 1};
    std::set<int> requested_;
    int next_ = 2;
    std::map<std::pair<int, int>, scope_of> scopes_;
    std::map<int, int> parents_;
    std::map<int, child_of> children_;
};

TEST(RandomPrograms, stop_token) {
    campaign({"stop_token",
              1,
              {{"with_stop_token of source", 5, sources, true, step_kind::scope},
               {"request_stop of source", 3, sources, false},
               {"renew source", 1, sources, false},
               {"with_stop_source", 2, 0, true, step_kind::spawn},
               {"wait for ever", 3}},
              [](int) -> std::unique_ptr<subject> { return std::make_unique<stop_subject>(); },
              [](int) -> std::unique_ptr<model> { return std::make_unique<stop_model>(); }});
}

}  // namespace
