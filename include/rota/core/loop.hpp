#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/callback_handle.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/detail/open_generators.hpp>
#include <rota/detail/scheduler.hpp>

#include <exception>
#include <functional>
#include <source_location>
#include <string>
#include <utility>

namespace rota::inline v0 {

class any_task;

/// What went wrong where nobody could be told directly.
///
/// asyncio: the dictionary that an exception handler is given.
struct exception_context {
    exception_context(std::string text, std::exception_ptr error)
        : message(std::move(text)), exception(std::move(error)) {}

    /// What happened, in a sentence, with the task's name and, where it is known, the line it was made at or waits at.
    std::string message;
    /// The error; null where there is none.
    std::exception_ptr exception;
};

/// The event loop: it lets tasks and callbacks take turns on one thread. `rota::run` and `rota::runner` make one;
/// `rota::running_loop` finds the one that runs here.
///
/// Everything in it belongs to the thread that runs it, but for `call_soon_threadsafe`.
///
/// asyncio: `AbstractEventLoop`; what asyncio offers as methods of the loop and as functions too is a function here.
class ROTA_API loop final : public detail::scheduler {
public:
    explicit loop(std::unique_ptr<rota::engine> with);
    /// With turns in another order; `seed` is for a schedule that has none.
    loop(std::unique_ptr<rota::engine> with, schedule const& order, std::uint64_t seed = 0);
    ~loop() override;

    /// The loop's time; in simulation virtual.
    clock::time_point time() noexcept { return kernel().now(); }

    /// Calls `f(args...)` from copies in the next turn, after what was scheduled before it. An exception it throws goes
    /// to the exception handler.
    template <class F, class... Args>
    callback_handle call_soon(F&& f, Args&&... args) {
        check_thread("call_soon");
        auto& node =
            make_callback<detail::callback_node>(detail::bind_copies(std::forward<F>(f), std::forward<Args>(args)...));
        callback_handle handle(node);
        push(node);
        return handle;
    }

    /// The same from any thread; the function and its copies are destroyed on the loop's thread. The loop must still be
    /// there: who hands it out to a thread sees to it that the thread ends first.
    ///
    /// asyncio: gives a handle to cancel it by; here pass a flag of your own.
    template <class F, class... Args>
    void call_soon_threadsafe(F&& f, Args&&... args) {
        auto bound = detail::bind_copies(std::forward<F>(f), std::forward<Args>(args)...);
        push_from_outside(*new detail::callback<detail::callback_node, decltype(bound)>(std::move(bound)));
    }

    /// Calls `f(args...)` no earlier than `delay` from now; callbacks with the same deadline in the order they were given.
    template <class Rep, class Period, class F, class... Args>
    callback_handle call_later(std::chrono::duration<Rep, Period> delay, F&& f, Args&&... args) {
        return call_at(detail::deadline_after(time(), delay), std::forward<F>(f), std::forward<Args>(args)...);
    }
    template <class F, class... Args>
    callback_handle call_at(clock::time_point when, F&& f, Args&&... args) {
        check_thread("call_at");
        auto& node = make_callback<detail::timed_callback_node>(
            detail::bind_copies(std::forward<F>(f), std::forward<Args>(args)...),
            static_cast<detail::scheduler&>(*this));
        callback_handle handle(node);
        arm_callback(node, when);
        return handle;
    }

    /// What `set_exception_handler` takes.
    using exception_handler = std::function<void(loop&, exception_context const&)>;
    /// Who is told of errors that nobody awaits; an empty one restores the default, which writes to standard error.
    void set_exception_handler(exception_handler handler) { handler_ = std::move(handler); }
    exception_handler const& get_exception_handler() const noexcept { return handler_; }
    void call_exception_handler(exception_context const& context) noexcept;
    static void default_exception_handler(exception_context const& context) noexcept;

    /// Lets `node` go when the loop ends, if it still waits then.
    void keep(detail::waiting_callback_node& node) noexcept { waiting_callbacks_.push_back(node); }
    detail::open_generators& open_generators() noexcept { return open_generators_; }
    /// Runs until `task` is done and the turn after that is over.
    void run_until_done(detail::task_state& task);
    /// Cancels all tasks and awaits their end, closes the generators that are left, runs what is left in the queue.
    void cancel_all_and_drain();
    /// Which task Ctrl-C cancels; null for none. `interrupts` counts how often it came.
    void set_main(detail::task_state* main) noexcept { main_ = main; }
    std::uint32_t interrupts() const noexcept { return interrupts_; }

private:
    template <class Base, class Bound, class... BaseArgs>
    static Base& make_callback(Bound&& bound, BaseArgs&... base) {
        auto* node = new detail::callback<Base, std::decay_t<Bound>>(std::forward<Bound>(bound), base...);
        node->context = detail::share(detail::current_context());
        return *node;
    }
    void arm_callback(detail::timed_callback_node& node, clock::time_point when);

    void interrupted() noexcept override;
    void report_task(detail::task_state& task) noexcept override;
    void run_callback(detail::runnable& callback) noexcept override;
    void discard_ready() noexcept;
    void cancel_tasks_after(std::uint32_t id) noexcept;
    bool has_tasks_up_to(std::uint32_t id) const noexcept;
    void cancel_all_tasks();

    exception_handler handler_;
    detail::task_state* main_ = nullptr;
    std::uint32_t interrupts_ = 0;
    detail::intrusive_list<detail::waiting_callback_node> waiting_callbacks_;
    detail::open_generators open_generators_{*this};
};

/// The loop that runs in this thread. Throws `usage_error` where none does.
///
/// asyncio: `get_running_loop`.
ROTA_API loop& running_loop();

}  // namespace rota::inline v0
