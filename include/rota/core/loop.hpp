#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/callback_handle.hpp>
#include <rota/core/context.hpp>
#include <rota/core/exception_context.hpp>
#include <rota/core/executor.hpp>
#include <rota/core/task_factory.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/detail/open_generators.hpp>
#include <rota/detail/readiness_node.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/signal_node.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {

namespace detail {

template <class F>
concept no_context = !std::same_as<std::remove_cvref_t<F>, context>;

}  // namespace detail

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

    /// Whether it runs: inside `run` and `run_forever`, and while it is closed.
    bool is_running() const noexcept { return runs_ != what_runs::nothing; }

    /// Has `runner::run_forever` return at the end of this turn; before it, at the end of its first one. From another
    /// thread: `call_soon_threadsafe([&] { loop.stop(); })`.
    ///
    /// Errors: `usage_error` inside `run`, which ends when its main does.
    void stop();

    /// The loop's time; in simulation virtual.
    clock::time_point time() noexcept { return kernel().now(); }

    /// Calls `f(args...)` from copies in the next turn, after what was scheduled before it: in the context of this call,
    /// or in a given one. An exception it throws goes to the exception handler.
    template <detail::no_context F, class... Args>
    callback_handle call_soon(F&& f, Args&&... args) {
        return push_callback(detail::current_context(), std::forward<F>(f), std::forward<Args>(args)...);
    }
    template <class F, class... Args>
    callback_handle call_soon(context const& in, F&& f, Args&&... args) {
        return push_callback(in.map(), std::forward<F>(f), std::forward<Args>(args)...);
    }

    /// The same from any thread; the function and its copies are destroyed on the loop's thread. The loop must still be
    /// there: who hands it out to a thread sees to it that the thread ends first.
    ///
    /// From a signal handler, too, which may have interrupted anything, this call included: it takes no lock, and memory
    /// only from a pool of its own. What copying `f` and its arguments does is the caller's; a lambda that captures
    /// references and numbers is safe there, a `std::string` is not. For most, `add_signal_handler` is simpler.
    ///
    /// asyncio: gives a handle to cancel it by; here pass a flag of your own. It is called with no context variable set,
    /// since contexts belong to their thread.
    template <class F, class... Args>
    void call_soon_threadsafe(F&& f, Args&&... args) {
        auto bound = detail::bind_copies(std::forward<F>(f), std::forward<Args>(args)...);
        push_from_outside(*new detail::callback<detail::outside_callback_node, decltype(bound)>(std::move(bound)));
    }

    /// Calls `f(args...)` no earlier than `delay` from now; callbacks with the same deadline in the order they were given.
    template <class Rep, class Period, class F, class... Args>
    callback_handle call_later(std::chrono::duration<Rep, Period> delay, F&& f, Args&&... args) {
        return call_at(detail::deadline_after(time(), delay), std::forward<F>(f), std::forward<Args>(args)...);
    }
    template <detail::no_context F, class... Args>
    callback_handle call_at(clock::time_point when, F&& f, Args&&... args) {
        return arm_callback(when, detail::current_context(), std::forward<F>(f), std::forward<Args>(args)...);
    }
    template <class F, class... Args>
    callback_handle call_at(clock::time_point when, context const& in, F&& f, Args&&... args) {
        return arm_callback(when, in.map(), std::forward<F>(f), std::forward<Args>(args)...);
    }

    /// Has the loop call `f(args...)` when the process gets `signal`, in a turn of its own: it may do all that a callback
    /// may. One for each signal and loop, in place of the one before. Several loops may have one for the same signal, and
    /// `signal_receiver`s beside them. One that comes again before its turn counts once. The signal does what it did before
    /// when the last of all is gone; for this one that is `remove_signal_handler`, or the end of the loop.
    ///
    /// Errors: `usage_error` for SIGKILL and SIGSTOP, and for faults such as SIGSEGV; `system_error` with `ENOSYS` on a
    /// simulated engine.
    /// asyncio: `add_signal_handler`, in the main thread only, and one for the whole process.
    template <class F, class... Args>
    void add_signal_handler(int signal, F&& f, Args&&... args) {
        detail::check_owner(this, "add_signal_handler");
        auto bound = detail::bind_for_ever(std::forward<F>(f), std::forward<Args>(args)...);
        set_signal_handler(signal, *new detail::signal_handler_node<decltype(bound)>(*this, std::move(bound)));
    }
    /// Whether there was one.
    bool remove_signal_handler(int signal);

    /// Has the loop call `f(args...)` in each turn in which a read from `descriptor` would not wait, until
    /// `remove_reader`; `add_writer` the same for writes. One for each descriptor and direction, in place of the one before.
    /// The descriptor stays the program's, blocking or not: remove it before you close it. For what Rota's own streams and
    /// sockets can not do, such as the descriptor of another library.
    ///
    /// Errors: `system_error`, such as `EBADF`; `ENOSYS` on a simulated engine. An exception that `f` throws goes to the
    /// exception handler, and `f` is called again.
    /// Cancellation: `remove_reader`; a call that is due in this turn then does not come.
    /// asyncio: `add_reader`, `add_writer`. There a descriptor that was closed without `remove_reader` is forgotten by
    /// itself; here what it stands for stays open until then.
    template <class F, class... Args>
    void add_reader(int descriptor, F&& f, Args&&... args) {
        watch_descriptor("add_reader", descriptor, detail::poll_readiness::readable, std::forward<F>(f),
                         std::forward<Args>(args)...);
    }
    template <class F, class... Args>
    void add_writer(int descriptor, F&& f, Args&&... args) {
        watch_descriptor("add_writer", descriptor, detail::poll_readiness::writable, std::forward<F>(f),
                         std::forward<Args>(args)...);
    }
    /// Whether there was one.
    bool remove_reader(int descriptor);
    bool remove_writer(int descriptor);

    /// From now on new tasks are told to `factory`'s hook, and start eagerly where it says so; `{}` restores the lazy start.
    /// Without one a task pays nothing.
    void set_task_factory(task_factory factory) {
        factory_ = std::move(factory);
        factory_changed(factory_.made || factory_.eager);
    }
    task_factory const& get_task_factory() const noexcept { return factory_; }

    /// Where `to_thread` and `run_in_executor(std::nullopt, ...)` of this loop send their work from now on; `std::nullopt`:
    /// to threads of the loop's own, as from the beginning. The executor stays its maker's: once that has shut it down, such
    /// calls are a `usage_error`.
    ///
    /// asyncio: `set_default_executor`; the loop's end shuts the executor down there.
    void set_default_executor(executor& to) noexcept { executor_ = to.target(); }
    void set_default_executor(std::nullopt_t) noexcept { executor_.reset(); }
    /// For Rota itself.
    std::shared_ptr<detail::executor_target> const& default_executor() const noexcept { return executor_; }

    /// In debug mode: how long one turn of a task, or a callback, may take before it is reported. 100 ms. Not on a
    /// simulated engine, whose time stands still meanwhile.
    ///
    /// asyncio: `loop.slow_callback_duration = ...`, a float of seconds.
    template <class Rep, class Period>
    void set_slow_callback_duration(std::chrono::duration<Rep, Period> limit) {
        slow_limit_ = detail::deadline_after(clock::time_point(), limit).time_since_epoch();
    }
    /// What was set last.
    ///
    /// asyncio: `loop.slow_callback_duration`.
    clock::duration slow_callback_duration() const noexcept { return slow_limit_; }

    /// What `set_exception_handler` takes.
    using exception_handler = std::function<void(loop&, exception_context const&)>;
    /// Who is told of errors that nobody awaits; an empty one restores the default, which writes to standard error.
    void set_exception_handler(exception_handler handler) { handler_ = std::move(handler); }
    exception_handler const& get_exception_handler() const noexcept { return handler_; }
    void call_exception_handler(exception_context const& context) noexcept;
    static void default_exception_handler(exception_context const& context) noexcept;

    /// For Rota itself: lets `node` go when the loop ends, if it still waits then.
    void keep(detail::waiting_callback_node& node) noexcept { waiting_callbacks_.push_back(node); }
    detail::open_generators& open_generators() noexcept { return open_generators_; }
    /// For Rota itself: runs until `task` is done and the turn after that is over.
    void run_until_done(detail::task_state& task);
    /// For Rota itself: runs until `stop`.
    void run_until_stopped();
    /// For Rota itself: cancels all tasks and awaits their end, closes the generators that are left, runs what is left in the
    /// queue.
    void cancel_all_and_drain();
    /// For Rota itself: which task Ctrl-C cancels; null for none. `interrupts` counts how often it came.
    void set_main(detail::task_state* main) noexcept { main_ = main; }
    std::uint32_t interrupts() const noexcept { return interrupts_; }

private:
    template <class Base, class Bound, class... BaseArgs>
    static Base& make_callback(detail::context_map* in, Bound&& bound, BaseArgs&... base) {
        auto* node = new detail::callback<Base, std::decay_t<Bound>>(std::forward<Bound>(bound), base...);
        node->context = detail::share(in);
        return *node;
    }
    template <class F, class... Args>
    callback_handle push_callback(detail::context_map* in, F&& f, Args&&... args) {
        detail::check_owner(this, "call_soon");
        auto& node = make_callback<detail::callback_node>(
            in, detail::bind_copies(std::forward<F>(f), std::forward<Args>(args)...));
        callback_handle handle = callback_handle::of(node);
        push(node);
        return handle;
    }
    template <class F, class... Args>
    callback_handle arm_callback(clock::time_point when, detail::context_map* in, F&& f, Args&&... args) {
        detail::check_owner(this, "call_at");
        auto& node = make_callback<detail::timed_callback_node>(
            in, detail::bind_copies(std::forward<F>(f), std::forward<Args>(args)...),
            static_cast<detail::scheduler&>(*this));
        callback_handle handle = callback_handle::of(node);
        arm_node(node, when);
        return handle;
    }
    void set_signal_handler(int signal, detail::signal_node& handler);
    template <class F, class... Args>
    void watch_descriptor(char const* what, int descriptor, detail::poll_readiness until, F&& f, Args&&... args) {
        detail::check_owner(this, what);
        auto bound = detail::bind_for_ever(std::forward<F>(f), std::forward<Args>(args)...);
        auto& node = *new detail::readiness_handler_node<decltype(bound)>(*this, until, std::move(bound));
        node.context = detail::share(detail::current_context());
        set_watcher(what, descriptor, node);
    }
    void set_watcher(char const* what, int descriptor, detail::readiness_node& node);
    bool remove_watcher(char const* what, int descriptor, detail::poll_readiness until);
    void arm_node(detail::timed_callback_node& node, clock::time_point when);

    void interrupted() noexcept override;
    void report_task(detail::task_state& task) noexcept override;
    void run_callback(detail::runnable& callback) noexcept override;
    bool tell_factory(detail::task_state& task) noexcept override;
    void report_turn(char const* text) noexcept override;
    void discard_ready() noexcept;
    void cancel_tasks_after(std::uint32_t id) noexcept;
    bool has_tasks_up_to(std::uint32_t id) const noexcept;
    void cancel_all_tasks();

    enum class what_runs : std::uint8_t { nothing, main, forever, end };
    /// While it lives the loop runs.
    class running {
    public:
        running(loop& of, what_runs as) noexcept : runs_(of.runs_) { runs_ = as; }
        running(running const&) = delete;
        running& operator=(running const&) = delete;
        ~running() { runs_ = what_runs::nothing; }

    private:
        what_runs& runs_;
    };

    exception_handler handler_;
    task_factory factory_;
    std::shared_ptr<detail::executor_target> executor_;
    what_runs runs_ = what_runs::nothing;
    bool stopping_ = false;
    detail::task_state* main_ = nullptr;
    std::uint32_t interrupts_ = 0;
    detail::intrusive_list<detail::waiting_callback_node> waiting_callbacks_;
    detail::open_generators open_generators_{*this};
    std::vector<std::pair<int, detail::signal_node*>> signal_handlers_;
    std::vector<detail::readiness_node*> watchers_;
};

/// The loop that runs in this thread. Throws `usage_error` where none does.
///
/// asyncio: `get_running_loop`.
ROTA_API loop& running_loop();

}  // namespace rota::inline v0
