// What debug mode adds to each turn: scheduler.cpp runs all by way of this then.
#include "making.hpp"

#include "engine/turn_alarm.hpp"
#include "native_stack.hpp"
#include "type_name.hpp"

#include <rota/core/loop.hpp>
#include <rota/detail/report.hpp>
#include <rota/detail/scheduler.hpp>

#include <array>
#include <cstdio>
#include <exception>
#include <source_location>
#include <string>
#include <typeinfo>

namespace rota::inline v0::detail {
namespace {

std::string seconds(clock::duration time) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", std::chrono::duration<double>(time).count());
    return text.data();
}

std::string slow(std::string const& who, clock::duration took) {
    return "debug: executing " + who + " took " + seconds(took) +
           " seconds, in which nothing else could run; do long " + "work in to_thread, or co_await yield() in between";
}

std::string where(turn_alarm const& alarm, clock::duration limit) {
    auto const stack = alarm.stack();
    if (stack.empty()) return {};
    return "\n  where it was after " + seconds(limit) + " seconds" +
           describe_addresses(stack.data(), stack.size(), "    ");
}

std::string slow_task(task_state const& task, std::source_location const& before, clock::duration took) {
    std::string text = slow(describe_name(task), took);
    if (before.line() != 0) text.append("\n  between ").append(describe_line(before));
    if (task.done()) return text.append(before.line() != 0 ? " and its end" : "");
    return text.append("\n  and its await at\n").append(describe_chain(task, "    "));
}

std::string stranded(task_state const& task) {
    std::string text =
        "debug: " + describe_name(task) +
        " is suspended in something that is not Rota's, which can not wake it: co_await rota::adapt(...) of it";
    // A foreign await leaves no line: those before it are the task's last of Rota's.
    if (std::string const chain = describe_chain(task, "    "); !chain.empty())
        text.append(". Its last awaits of Rota's:\n").append(chain);
    return text;
}

class watched_task {
public:
    explicit watched_task(task_state& task) : task_(task), before_(task.innermost->line) {
        task_.add_reference();
        if (!task_.has(task_started)) copy_making(task_.innermost->frame().address(), &task_);
    }
    ~watched_task() {
        // Only a task that ends with an error can still be reported.
        if (task_.done() && !task_.error) forget_making(&task_);
        task_.drop_reference();
    }
    watched_task(watched_task const&) = delete;
    watched_task& operator=(watched_task const&) = delete;

    std::source_location const& before() const noexcept { return before_; }

private:
    task_state& task_;
    std::source_location before_;
};

}  // namespace

bool scheduler::is_queued(runnable const& item) const noexcept {
    if (ready_.empty()) return false;
    if (ready_.last() == &item) return true;
    for (runnable const* each = ready_.first(); each != nullptr; each = each->next)
        if (each == &item) return true;
    return false;
}

template <class Make>
void scheduler::report_made(Make&& make) noexcept {
    hot.current = nullptr;
    try {
        report_turn(make().c_str());
    } catch (std::exception const&) {
        report_turn("debug: something to tell of a turn, and no memory for it");
    }
}

void scheduler::run_watched(runnable& item) noexcept {
    bool const timed = alarm_ != nullptr;
    bool const is_task = item.kind == runnable_kind::task;
    auto const began = timed ? engine_->now() : clock::time_point();
    auto const run = [&] {
        if (timed) alarm_->set(slow_limit_);
        run_item(item);
        if (timed) alarm_->clear();
        return timed ? engine_->now() - began : clock::duration::zero();
    };
    if (!is_task) {
        auto& callback = static_cast<callback_node&>(item);
        std::type_info const& type = typeid(callback);
        if (auto const time = run(); timed && time >= slow_limit_)
            report_made(
                [&] { return slow("a callback, " + readable_name(type) + ",", time) + where(*alarm_, slow_limit_); });
        return;
    }
    auto& task = static_cast<task_state&>(item);
    if (task.done()) return run_item(item);  // to be reported
    watched_task const watched(task);
    auto const time = run();
    if (!task.done() && task.parked == nullptr && !is_queued(task)) report_made([&] { return stranded(task); });
    if (timed && time >= slow_limit_)
        report_made([&] { return slow_task(task, watched.before(), time) + where(*alarm_, slow_limit_); });
    hot.current = nullptr;
}

// The time it takes is that of the turn it is in the middle of.
void scheduler::run_watched_eagerly(task_state& task) noexcept {
    watched_task const watched(task);
    run_item(task);
    if (!task.done() && task.parked == nullptr && !is_queued(task)) report_made([&] { return stranded(task); });
}

}  // namespace rota::inline v0::detail
