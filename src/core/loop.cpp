#include <rota/core/loop.hpp>

#include <rota/base/error.hpp>
#include <rota/core/deadlock_error.hpp>
#include <rota/detail/report.hpp>
#include "making.hpp"

#include <algorithm>
#include <cstdio>
#include <new>
#include <vector>

namespace rota::inline v0 {
namespace {

// How often callbacks get their turn once the last task has ended.
constexpr int last_turns = 64;

template <class Visit>
void for_each_task(loop const& home, Visit&& visit) {
    detail::slab_store::for_each([&](detail::slab_block* block) {
        auto& task = *reinterpret_cast<detail::task_state*>(block);
        if (task.home == &home) visit(task);
    });
}

std::vector<detail::task_state*> tasks_of(loop const& home) {
    std::vector<detail::task_state*> found;
    for_each_task(home, [&](detail::task_state& task) { found.push_back(&task); });
    // In the order in which they were made.
    std::sort(found.begin(), found.end(), [](auto const* a, auto const* b) { return a->id < b->id; });
    return found;
}

std::string describe_all(loop const& home) {
    std::string text;
    for (auto const* task : tasks_of(home)) {
        if (task->done()) continue;
        text.append("  ").append(detail::describe_name(*task)).append("\n");
        text.append(detail::describe_chain(*task, "    "));
    }
    return text;
}

std::string where_made(detail::task_state const& task) {
    if (task.created.line() == 0) return "";
    return ", made at " + detail::describe_line(task.created);
}

}  // namespace

loop::loop(std::unique_ptr<rota::engine> with) : scheduler(std::move(with)) {}
loop::loop(std::unique_ptr<rota::engine> with, schedule const& order, std::uint64_t seed)
    : scheduler(std::move(with), order, seed) {}

loop::~loop() {
    open_generators_.abandon();
    while (auto* node = waiting_callbacks_.front()) node->withdraw();
    take_from_outside();
    discard_ready();
    for (auto const& each : signal_handlers_) each.second->close();
    for (auto* each : watchers_) each->close();
    // Handles may outlive the loop; what they do must not reach for it.
    for_each_task(*this, [](detail::task_state& task) {
        task.home = nullptr;
        task.parked = nullptr;
    });
}

// Callbacks that came too late are let go. A task is here only to be reported, or where `run` itself failed: its frames
// may wait for anything and are left alone.
void loop::discard_ready() noexcept {
    while (!idle()) {
        detail::runnable& item = pop_ready();
        if (item.kind == detail::runnable_kind::callback) {
            auto& node = static_cast<detail::callback_node&>(item);
            node.discard();
            node.drop_reference();
        } else if (auto& task = static_cast<detail::task_state&>(item); task.done()) {
            report_task(task);
            task.drop_reference();
        }
    }
}

loop& running_loop() {
    if (detail::hot.running == nullptr)
        detail::throw_usage_error(
            "running_loop: no loop runs in this thread; call this from a task that rota::run runs");
    return static_cast<loop&>(*detail::hot.running);
}

void detail::keep_callback(scheduler& home, waiting_callback_node& node) noexcept {
    static_cast<loop&>(home).keep(node);
}

void loop::arm_node(detail::timed_callback_node& node, clock::time_point when) {
    if (when == clock::never()) return node.drop_reference();
    try {
        arm(node, when);
    } catch (...) {
        node.drop_reference();
        throw;
    }
    keep(node);
}

void loop::set_signal_handler(int signal, detail::signal_node& handler) {
    try {
        handler.context = detail::share(detail::current_context());
        handler.subscribe(signal);
        signal_handlers_.emplace_back(signal, &handler);
    } catch (...) {
        handler.close();
        throw;
    }
    // The one before goes last, so that the signal never finds nobody.
    for (auto& [number, node] : signal_handlers_) {
        if (number != signal || node == &handler) continue;
        std::exchange(node, &handler)->close();
        signal_handlers_.pop_back();
        return;
    }
}

bool loop::remove_signal_handler(int signal) {
    detail::check_owner(this, "remove_signal_handler");
    auto const found = std::find_if(signal_handlers_.begin(), signal_handlers_.end(),
                                    [signal](auto const& each) { return each.first == signal; });
    if (found == signal_handlers_.end()) return false;
    detail::signal_node& handler = *found->second;
    signal_handlers_.erase(found);
    handler.close();
    return true;
}

void loop::set_watcher(char const* what, int descriptor, detail::readiness_node& node) {
    try {
        watchers_.reserve(watchers_.size() + 1);
        node.watch(what, descriptor);
    } catch (...) {
        node.close();
        throw;
    }
    remove_watcher(what, descriptor, node.until());
    watchers_.push_back(&node);
}

bool loop::remove_watcher(char const* what, int descriptor, detail::poll_readiness until) {
    detail::check_owner(this, what);
    auto const found = std::find_if(watchers_.begin(), watchers_.end(), [&](auto const* each) {
        return each->descriptor() == descriptor && each->until() == until;
    });
    if (found == watchers_.end()) return false;
    detail::readiness_node& node = **found;
    watchers_.erase(found);
    node.close();
    return true;
}

bool loop::remove_reader(int descriptor) {
    return remove_watcher("remove_reader", descriptor, detail::poll_readiness::readable);
}
bool loop::remove_writer(int descriptor) {
    return remove_watcher("remove_writer", descriptor, detail::poll_readiness::writable);
}

void loop::run_callback(detail::runnable& callback) noexcept {
    auto& node = static_cast<detail::callback_node&>(callback);
    if (!node.cancelled) {
        auto* const before = std::exchange(detail::hot.context, detail::share(node.context));
        node.called = true;
        try {
            node.call();
        } catch (...) {
            auto const error = std::current_exception();
            try {
                exception_context report("a callback of the loop threw", error);
                report.handle = callback_handle::of(node);
                call_exception_handler(report);
            } catch (...) {
                call_exception_handler({"out of memory", error});  // short enough to need none
            }
        }
        detail::release(std::exchange(detail::hot.context, before));
        node.discard();
    }
    node.drop_reference();
}

void loop::call_exception_handler(exception_context const& context) noexcept {
    if (!handler_) return default_exception_handler(context);
    try {
        auto const told = handler_;  // it may set another one
        told(*this, context);
    } catch (...) {
        default_exception_handler(context);
        std::fputs("rota: the exception handler itself threw while it was told the above\n", stderr);
    }
}

void loop::default_exception_handler(exception_context const& context) noexcept {
    try {
        std::string text = (context.message.starts_with("debug: ") ? "rota " : "rota: ") + context.message;
        // The error belongs to the first line; what may stand below it says where.
        if (context.exception)
            text.insert(std::min(text.find('\n'), text.size()), ": " + detail::describe(context.exception));
        std::fprintf(stderr, "%s\n", text.c_str());
    } catch (...) {
        std::fputs("rota: an error, and no memory to tell it\n", stderr);
    }
}

void loop::report_task(detail::task_state& task) noexcept {
    try {
        if (task.done())
            call_exception_handler({detail::describe_name(task) + " ended with an error that nobody awaited" +
                                        where_made(task) + detail::describe_making(&task),
                                    task.error, any_task::share(task)});
        else
            call_exception_handler({detail::describe_name(task) +
                                        " has swallowed its cancellation a hundred times; let cancelled_error pass or "
                                        "acknowledge it with uncancel. It awaits at\n" +
                                        detail::describe_chain(task, "  "),
                                    nullptr, any_task::share(task)});
    } catch (...) {
        call_exception_handler({"out of memory", task.error});
    }
}

bool loop::tell_factory(detail::task_state& task) noexcept {
    if (factory_.made) {
        try {
            factory_.made(*this, any_task::share(task));
        } catch (...) {
            auto const error = std::current_exception();
            try {
                call_exception_handler({"the task factory threw", error, any_task::share(task)});
            } catch (...) {
                call_exception_handler({"out of memory", error});
            }
        }
    }
    return factory_.eager;
}

void loop::report_turn(char const* text) noexcept {
    try {
        call_exception_handler({text, nullptr});
    } catch (...) {
        std::fputs("rota debug: something to tell, and no memory for it\n", stderr);
    }
}

void loop::interrupted() noexcept {
    ++interrupts_;
    if (main_ != nullptr) main_->cancel();
    if (runs_ != what_runs::forever) return;
    stopping_ = true;
    stop_after_turn();
}

void loop::stop() {
    detail::check_owner(this, "stop");
    if (runs_ == what_runs::end) return;  // it stops anyway
    if (runs_ == what_runs::main)
        detail::throw_usage_error("stop: run and runner.run end when their main does; stop is for run_forever");
    stopping_ = true;
    stop_after_turn();
}

void loop::run_until_stopped() {
    running const now(*this, what_runs::forever);
    struct again {
        bool& stopping;
        ~again() { stopping = false; }
    } const next_time{stopping_};
    if (stopping_) {
        look();
        run_one_turn();
    }
    while (!stopping_) {
        if (run_some()) continue;
        std::string const report = describe_all(*this);
        cancel_all_and_drain();
        throw deadlock_error(report);
    }
}

void loop::run_until_done(detail::task_state& task) {
    struct stop_when_done : detail::completion_waiter {
        stop_when_done(scheduler& to_stop, detail::task_state& when) noexcept
            : completion_waiter(&stop), home(to_stop), awaited(when) {
            awaited.waiters.add(*this);
        }
        ~stop_when_done() {
            if (linked()) awaited.waiters.remove(*this);
        }
        static void stop(completion_waiter& self) noexcept {
            static_cast<stop_when_done&>(self).home.stop_after_turn();
        }
        scheduler& home;
        detail::task_state& awaited;
    } const stopping(*this, task);
    running const now(*this, what_runs::main);
    while (!task.done()) {
        if (run_some()) continue;
        std::string const report = describe_all(*this);
        cancel_all_and_drain();
        throw deadlock_error(report);
    }
    // As asyncio's stop does, let what was made ready up to now have its turn.
    run_one_turn();
}

void loop::cancel_tasks_after(std::uint32_t id) noexcept {
    auto const cancel = [id](detail::task_state& task) {
        if (task.id > id) task.cancel();
    };
    try {
        for (auto* task : tasks_of(*this)) cancel(*task);
    } catch (std::bad_alloc const&) {
        for_each_task(*this, cancel);  // in whatever order
    }
}

bool loop::has_tasks_up_to(std::uint32_t id) const noexcept {
    if (live_tasks() > last_id() - id) return true;  // more than were made since
    bool found = false;
    if (live_tasks() > 0)
        for_each_task(*this, [&](detail::task_state& task) { found = found || (!task.done() && task.id <= id); });
    return found;
}

void loop::cancel_all_tasks() {
    // What is made on the way, by clean-ups, is cancelled when those that may wait for it have ended.
    for (std::uint32_t cancelled = 0; live_tasks() > 0;) {
        bool const more = last_id() > cancelled;
        cancel_tasks_after(std::exchange(cancelled, last_id()));
        while (has_tasks_up_to(cancelled)) {
            if (run_some()) continue;
            if (!more && last_id() == cancelled) throw deadlock_error(describe_all(*this));
            break;
        }
    }
}

void loop::cancel_all_and_drain() {
    running const now(*this, what_runs::end);
    cancel_all_tasks();
    // Their clean-ups run to their end; of what these make the rest is cancelled again.
    while (open_generators_.close_all()) {
        while (open_generators_.closing() > 0)
            if (!run_some()) throw deadlock_error(describe_all(*this));
        cancel_all_tasks();
    }
    while (auto* node = waiting_callbacks_.front()) node->withdraw();
    // Callbacks may make new ones for ever, as asyncio's may; these are let go.
    for (int turns = 0; kernel().pending() > 0 || expected_from_outside() > 0 || (!idle() && turns < last_turns);
         ++turns)
        if (!run_some()) break;
}

}  // namespace rota::inline v0
