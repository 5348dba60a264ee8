#include <rota/core/task.hpp>

#include "owners.hpp"

#include <rota/core/debug.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/report.hpp>

#include <algorithm>
#include <cstring>

namespace rota::inline v0 {

std::exception_ptr any_task::exception() const {
    detail::task_state& task = state("task.exception");
    if (!task.done()) detail::throw_invalid_state("the task is not done yet: co_await it");
    if (task.has(detail::task_cancelled)) throw cancelled_error();
    task.set(detail::task_error_seen);
    return task.error;
}

std::string any_task::name() const { return detail::describe_name(state()); }

void any_task::set_name(std::string_view name) const { state("task.set_name").set_name(name.data(), name.size()); }

loop& any_task::get_loop() const {
    detail::scheduler* const home = state().home;
    if (home == nullptr) detail::throw_usage_error("get_loop: the task's loop has ended");
    return static_cast<loop&>(*home);
}

detail::new_name::new_name(named const* from) {
    if (from == nullptr) return;
    text_ = static_cast<char*>(::operator new(from->value.size() + 1));
    std::memcpy(text_, from->value.c_str(), from->value.size() + 1);
}

detail::new_name::~new_name() { ::operator delete(text_); }

void detail::done_callback_node::withdraw() noexcept {
    if (!completion_waiter::linked()) return;
    list_node::unlink();
    awaited_->waiters.remove(*this);
    drop_reference();
}

void detail::done_callback_node::begin() noexcept {
    if (awaited_->done()) return home_->push(*this);
    keep_callback(*home_, *this);
    awaited_->waiters.add(*this);
}

void detail::done_callback_node::done(completion_waiter& waiter) noexcept {
    auto& self = static_cast<done_callback_node&>(waiter);
    self.list_node::unlink();
    self.home_->push(self);
}

detail::scheduler& detail::home_for_callback(scheduler const* home, bool done) {
    scheduler& here = running_scheduler("add_done_callback");
    if (!done && home != &here)
        throw_usage_error("add_done_callback: the task or future belongs to another loop, or to one that has ended");
    return here;
}

void detail::task_awaiter::refuse(task_state const& task) const {
    if (&state() == &task) throw_usage_error("a task awaits itself: it would wait for ever");
    throw_usage_error(
        "a task was awaited that belongs to another loop, or to one that has ended; await it there, by way of "
        "run_coroutine_threadsafe");
}

void detail::wake_elsewhere(task_state& task) noexcept {
    if (debug_mode() && belongs_to_another_thread(task.home)) [[unlikely]]
        report_debug(
            describe_name(task) +
            " was woken from a thread that is not its loop's, which can end in anything; have its loop do what "
            "woke it, by call_soon_threadsafe");
    task.home->make_ready(task);
}

void detail::throw_no_running_loop(char const* for_whom) {
    throw usage_error(std::string(for_whom) +
                      ": no loop runs in this thread; call this from a task that rota::run runs");
}

any_task current_task() {
    auto* const task = detail::hot.current;
    return task ? any_task::share(*task) : any_task();
}

std::vector<any_task> all_tasks() {
    std::vector<detail::task_state*> found;
    detail::scheduler const* const home = &running_loop();
    detail::slab_store::for_each([&](detail::slab_block* block) {
        auto* const task = reinterpret_cast<detail::task_state*>(block);
        if (task->home == home && !task->done()) found.push_back(task);
    });
    std::sort(found.begin(), found.end(), [](auto const* a, auto const* b) { return a->id < b->id; });
    std::vector<any_task> tasks;
    tasks.reserve(found.size());
    for (auto* task : found) tasks.push_back(any_task::share(*task));
    return tasks;
}

}  // namespace rota::inline v0
