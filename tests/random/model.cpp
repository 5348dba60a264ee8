#include "model.hpp"

#include <utility>

namespace random_programs {
namespace {

constexpr std::int64_t tick = 1'000'000;

}  // namespace

void model::leave(use) {}
void model::enters_scope(use) {}
void model::suspends_in_scope(use) {}
outcome model::leaves_scope(use, outcome body) { return body; }
bool model::at_once(use) const { return false; }
void model::fire(int) {}
void model::told(int) {}
void model::resumes(int, outcome) {}
void model::stuck() {}
void model::request_came_late(int) {}
bool model::more_requests(int) { return false; }
void model::task_ended(int, outcome) {}
void model::done(int task, int value) { told_by->decide(task, {ending::value, value}); }
void model::fail(int task, ending how) { told_by->decide(task, {how}); }
void model::decide(int task, outcome result) { told_by->decide(task, result); }
void model::give(int task, outcome result) { told_by->decide(task, result, false); }

checker::checker(program const& checked, std::vector<operation> const& operations, model& of_subject)
    : program_(checked), operations_(operations), model_(of_subject), tasks_(checked.all_tasks) {
    of_subject.told_by = this;
    for (std::size_t i = 0; i < checked.tasks.size(); ++i) tasks_[i].made = true;
}

std::string checker::check(run_result const& ran) {
    auto const& log = ran.log;
    for (std::size_t i = 0; i < log.size(); ++i) {
        take(log[i]);
        if (!fault_.empty()) return "event " + std::to_string(i) + ": " + fault_;
    }
    for (auto const& each : tasks_) {
        if (each.made && !each.ended) return "a task has not ended";
    }
    if (int const due = model_.reports(); due >= 0 && due != ran.reports)
        return "the exception handler was told " + std::to_string(ran.reports) + " times, and should have been " +
               std::to_string(due) + " times";
    return {};
}

void checker::expect(bool holds, char const* otherwise) {
    if (!holds && fault_.empty()) fault_ = otherwise;
}

void checker::expect(outcome expected, outcome got, char const* of_what) {
    if (expected == got || !fault_.empty()) return;
    fault_ = std::string(of_what) + " gave " + to_text(got) + ", and should have given " + to_text(expected);
}

void checker::take(event const& noted) {
    acting_ = -1;
    // It has not, where the step ends with nothing in between.
    int const suspending = std::exchange(suspending_, -1);
    bool const ends_at_once = noted.kind == event_kind::ends && noted.task == suspending && noted.at == now_;
    if (suspending >= 0 && !ends_at_once) suspend(suspending);
    advance(noted.at);
    acting_ = noted.task;
    see_requests(noted);
    switch (noted.kind) {
        case event_kind::task_begins: {
            task_of& begins = at(noted.task);
            expect(begins.made, "a task began that nobody had made");
            expect(begins.visible == 0, "a task began that was cancelled before");
            begins.begun = true;
            break;
        }
        case event_kind::task_ends: end_task(noted); break;
        case event_kind::begins: begin_step(noted); break;
        case event_kind::ends: end_step(noted); break;
        case event_kind::leaves: model_.leave(use_at(noted.task, noted.step)); break;
        case event_kind::cancels:
            request(noted.value, noted.task == noted.value ? at(noted.task).level : std::uint8_t{0});
            break;
        case event_kind::enters: enter(noted); break;
        case event_kind::body_ends: at(noted.task).scopes.back().body = noted.result; break;
        case event_kind::exits: exit(noted); break;
        case event_kind::moves: move(noted); break;
        case event_kind::acknowledges: {
            task_of& of = at(noted.task);
            take_back(of);
            expect(noted.value == static_cast<std::int32_t>(of.visible), "uncancel gave another number");
            break;
        }
        case event_kind::tells: model_.told(noted.value); break;
        case event_kind::stuck: check_stuck(noted); break;
    }
}

void checker::see_requests(event const& noted) {
    if (noted.task < 0 || noted.kind == event_kind::acknowledges) return;
    task_of const& by = at(noted.task);
    // One that ends unbegun was cancelled.
    auto const seen = noted.kind == event_kind::task_ends && !by.begun ? 1 : noted.cancelling;
    bool const leaves_shield = noted.kind == event_kind::exits && by.scopes.back().kind == step_kind::shield;
    auto const known = [&] { return by.visible + (leaves_shield ? by.scopes.back().held : 0); };
    while (by.made && seen > static_cast<std::int32_t>(known())) {
        if (!deliver(noted.task) && !model_.more_requests(noted.task)) return;
    }
}

bool checker::deliver(int number) {
    if (at(number).under_way == 0) return false;
    task_of& of = at(number);
    --of.under_way;
    if (of.now == state::decided && of.level == 0) model_.request_came_late(number);
    late_ = true;
    request(number, 0);
    late_ = false;
    return true;
}

void checker::begin_step(event const& noted) {
    step const& now = program_.steps[noted.step];
    task_of& of = at(noted.task);
    of.step = noted.step;
    bool const is_use = is_of_subject(now.kind);
    if (now.kind == step_kind::yield) {
        of.now = state::yields;
        if (of.visible == 0 || of.raises > 0) suspend(noted.task);
        return;
    }
    of.now = state::waits;
    use const as_used = use_at(noted.task, noted.step);
    if (of.visible > 0 && (!is_use || (operations_[now.which].waits && !model_.at_once(as_used)))) {
        decide(noted.task, {ending::cancelled});
        if (of.raises > 0) suspend(noted.task);
        return;
    }
    if (is_use) {
        beginning_ = noted.task;
        model_.begin(as_used);
        beginning_ = -1;
    } else {
        timers_.push_back({now_ + now.value * tick, noted.task, -1});
    }
    if (of.now != state::waits) return;
    if (is_use && model_.is_unforeseeable())
        suspending_ = noted.task;
    else
        suspend(noted.task);
}

void checker::end_step(event const& noted) {
    task_of& of = at(noted.task);
    if (of.now == state::yields) {
        of.now = state::decided;
        of.expected = {of.visible > 0 ? ending::cancelled : ending::value};
        of.raises_now = true;
    } else if (program_.steps[of.step].kind != step_kind::sleep) {
        model_.resumes(noted.task, noted.result);
    }
    if (of.now == state::decided)
        expect(of.expected, noted.result, "the step");
    else
        fault_ = "the step ended with " + to_text(noted.result) + ", and should still wait";
    of.now = state::runs;
    if (noted.result.how == ending::cancelled && of.raises_now) ++of.raises;
}

void checker::take_back(task_of& from) {
    if (from.visible > 0 && --from.visible == 0) from.raises = 0;
}

void checker::end_task(event const& noted) {
    task_of& of = at(noted.task);
    if (!of.made) return;  // a coroutine that was never started
    of.ended = true;
    if (!of.begun)
        expect(of.visible > 0, "a task ended that had not begun and was not cancelled");
    else
        expect(noted.value == static_cast<std::int32_t>(of.visible),
               "cancelling() is not what is due at the task's end");
    model_.task_ended(noted.task, noted.result);
}

void checker::enter(event const& noted) {
    task_of& of = at(noted.task);
    scope_of entered{noted.step, program_.steps[noted.step].kind, of.level};
    entered.visible_before = of.visible;
    if (entered.shields()) {
        entered.held = of.visible;
        entered.raises_before = of.raises;
        of.visible = 0;
        of.raises = 0;
        ++of.level;
    }
    of.scopes.push_back(entered);
    if (entered.kind == step_kind::scope) model_.enters_scope(use_at(noted.task, noted.step));
}

void checker::exit(event const& noted) {
    task_of& of = at(noted.task);
    scope_of const left = of.scopes.back();
    of.scopes.pop_back();
    outcome expected = left.body;
    char const* name = "the time-out";
    if (left.shields()) {
        name = "the shield";
        --of.level;
        of.visible += left.held;
        of.raises = left.raises_before;
        if (left.kind == step_kind::finally) of.scopes.back().cleaned = noted.result;
    } else if (left.kind == step_kind::scope) {
        name = "the scope";
        expected = model_.leaves_scope(use_at(noted.task, noted.step), left.body);
    } else if (left.kind == step_kind::cleanup) {
        name = "what has a clean-up";
        expect(left.cleaned.how != ending::none, "there was no clean-up");
        if (left.cleaned.how != ending::value) expected = left.cleaned;
    } else if (left.fired) {
        take_back(of);
        if (expected.how == ending::cancelled && of.visible <= left.visible_before) expected = {ending::timed_out};
    } else {
        disarm(noted.task, static_cast<std::int32_t>(of.scopes.size()));
    }
    expect(expected, noted.result, name);
    if (left.kind == step_kind::timeout)
        expect(noted.value == (left.fired ? 1 : 0), "whether the time-out has expired is told wrongly");
}

void checker::move(event const& noted) {
    auto& scopes = at(noted.task).scopes;
    auto const innermost =
        std::find_if(scopes.rbegin(), scopes.rend(), [](scope_of const& s) { return s.kind == step_kind::timeout; });
    if (innermost->fired) return expect({ending::misuse}, noted.result, "moving a deadline that has passed");
    expect({ending::value}, noted.result, "moving a deadline");
    auto const index = static_cast<std::int32_t>(scopes.rend() - innermost - 1);
    auto const delay = program_.steps[noted.step].value;
    innermost->moved = true;
    innermost->deadline = delay == 0 ? 0 : now_ + delay * tick;
    if (!innermost->armed) return;
    disarm(noted.task, index);
    if (delay != 0) timers_.push_back({innermost->deadline, noted.task, index});
}

void checker::check_stuck(event const& noted) {
    model_.stuck();
    for (auto const& each : tasks_) {
        if (!each.made || each.ended) continue;
        expect(each.begun || each.visible > 0, "a task has not begun");
        expect(!each.begun || each.now == state::waits, "a task has what it waits for, and does not go on");
    }
    expect(timers_.empty(), "a deadline has not come");
    if (fault_.empty() && noted.value != model_.state())
        fault_ = "the state is " + std::to_string(noted.value) + ", and should be " + std::to_string(model_.state());
}

void checker::advance(std::int64_t to) {
    for (;;) {
        auto const next = std::min_element(timers_.begin(), timers_.end(),
                                           [](timer const& a, timer const& b) { return a.at < b.at; });
        if (next == timers_.end() || next->at > to) break;
        timer const due = *next;
        timers_.erase(next);
        now_ = due.at;
        fire(due);
    }
    now_ = to;
}

void checker::fire(timer due) {
    if (due.scope == -1) return decide(due.task, {ending::value});
    if (due.scope == -2) return model_.fire(due.task);
    scope_of& expired = at(due.task).scopes[static_cast<std::size_t>(due.scope)];
    expired.fired = true;
    request(due.task, expired.level);
}

use checker::use_at(int task, std::uint16_t step) const {
    auto const& now = program_.steps[step];
    return {now.which, now.value, task, step, nullptr};
}

// Time-outs run from when their body first suspends, the innermost first.
void checker::suspend(int number) {
    auto& scopes = at(number).scopes;
    for (std::size_t i = scopes.size(); i-- > 0;) {
        bool const counts = scopes[i].kind == step_kind::timeout || scopes[i].kind == step_kind::scope;
        if (!counts || std::exchange(scopes[i].armed, true)) continue;
        if (scopes[i].kind == step_kind::scope) {
            model_.suspends_in_scope(use_at(number, scopes[i].step));
            continue;
        }
        auto const at = scopes[i].moved ? scopes[i].deadline : now_ + timeout_of(program_, scopes[i].step).count();
        if (at != 0) timers_.push_back({at, number, static_cast<std::int32_t>(i)});
    }
}

void checker::disarm(int number, std::int32_t scope) {
    std::erase_if(timers_, [&](timer const& t) { return t.task == number && t.scope == scope; });
}

void checker::arm(int number, int delay) { timers_.push_back({now_ + delay * tick, number, -2}); }

void checker::request(int number, std::uint8_t level) {
    task_of& of = at(number);
    if (of.ended) return;
    if (level < of.level) {
        for (auto& each : of.scopes)
            if (each.shields() && each.level == level) ++each.held;
        return;
    }
    ++of.visible;
    if (of.now == state::waits && number != beginning_) withdraw(number);
}

void checker::withdraw(int number) {
    task_of& of = at(number);
    if (program_.steps[of.step].kind != step_kind::sleep) return model_.withdraw(number);
    disarm(number, -1);
    decide(number, {ending::cancelled});
}

void checker::decide(int number, outcome result, bool raises) {
    task_of& of = at(number);
    expect(of.now == state::waits, "the model gives something to a task that does not wait");
    of.now = state::decided;
    of.expected = result;
    of.raises_now = raises;
}

std::vector<int> checker::children_of(int task) const {
    std::vector<int> found;
    auto const& steps = program_.steps;
    std::size_t const spawn = at(task).step;
    for (std::size_t i = spawn + 1; i < steps[spawn].end; i = steps[i].end) found.push_back(steps[i].value);
    return found;
}

std::vector<int> checker::make_children(int task) {
    auto made = children_of(task);
    for (int const child : made) make_child(child);
    return made;
}

}  // namespace random_programs
