#pragma once

#include <rota/base/export.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/context.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/schedule.hpp>
#include <rota/core/task.hpp>
#include <rota/engine/engine.hpp>

#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

/// How a runner is to run.
///
/// asyncio: the arguments of `Runner`; its `loop_factory` is the choice of engine here.
struct runner_options {
    runner_options() = default;
    explicit runner_options(engine_options on) : engine(on) {}
    explicit runner_options(engine_kind on) : engine(on) {}
    runner_options(engine_kind on, rota::schedule const& order) : engine(on), schedule(order) {}

    engine_options engine{};
    /// In which order tasks take their turns; random ones are for tests.
    rota::schedule schedule{};
    /// Ctrl-C cancels the main task, a second one kills: where this is the main thread and the program has no handler of
    /// its own. When main then ends cancelled, the runner cleans up, flushes `stdout` and `std::cout`, which waits for whoever
    /// reads them, and raises SIGINT again, so that the shell sees it.
    bool handle_interrupt = true;
};

/// A loop to run several coroutines on, one after the other, with what they leave behind: tasks and callbacks, and one
/// context, so that what one main sets of context variables the next one sees. It starts from that of the first `run`'s
/// caller. For one coroutine there is `rota::run`.
///
/// It may be made anywhere, but runs and closes on one thread.
///
/// asyncio: `Runner`.
class ROTA_API runner {
public:
    runner();
    explicit runner(runner_options const& options);
    runner(runner const&) = delete;
    runner& operator=(runner const&) = delete;
    /// Cancels what is left and waits for its end.
    ~runner();

    /// Runs `main` to its end and gives what it gives. Tasks it leaves go on in the next `run`, or end in `close`.
    ///
    /// Errors: what `main` throws; `usage_error` inside a running loop, or on another thread than the run before;
    /// `deadlock_error` in simulation.
    /// Cancellation: Ctrl-C cancels main. Where it ends by that, the runner closes, flushes standard output, and the signal ends
    /// the program.
    /// asyncio: raises KeyboardInterrupt there.
    template <class T>
    T run(coro<T> main) {
        return run_in(nullptr, std::move(main));
    }
    template <class F, class... Args>
        requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
    decltype(auto) run(F&& fn, Args&&... args) {
        return run(
            detail::call_copied(std::decay_t<F>(std::forward<F>(fn)), std::decay_t<Args>(std::forward<Args>(args))...));
    }
    /// The same in a context of your own; what main sets is in it afterwards.
    template <class T>
    T run(context& in, coro<T> main) {
        return run_in(&in, std::move(main));
    }
    template <class F, class... Args>
        requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
    decltype(auto) run(context& in, F&& fn, Args&&... args) {
        return run(in, detail::call_copied(std::decay_t<F>(std::forward<F>(fn)),
                                           std::decay_t<Args>(std::forward<Args>(args))...));
    }

    /// Runs what there is, tasks that a `run` left and callbacks, until somebody calls `get_loop().stop()`.
    ///
    /// Errors: as `run`.
    /// Cancellation: Ctrl-C stops it; then the runner closes, flushes standard output, and the signal ends the program.
    /// asyncio: `loop.run_forever`. Tasks are made inside the loop only: by a `run` before it, or by a callback.
    void run_forever();

    /// Whether `close` was called.
    ///
    /// asyncio: `loop.is_closed`; a loop that can be asked is not closed here.
    bool is_closed() const noexcept { return loop_ == nullptr; }

    /// Cancels all tasks, awaits their end, and closes the loop. `run` does not work afterwards.
    ///
    /// Errors: `usage_error` inside its own loop, or on another thread than `run`'s, whose tasks this one can not find.
    void close();

    /// The loop it runs on; `usage_error` once it is closed.
    rota::loop& get_loop();

private:
    template <class T>
    T run_in(context* in, coro<T> main) {
        refuse();
        auto const task = rota::task<T>::adopt(detail::make_task(std::move(main), std::source_location{}));
        run_to_end(task.state(), in);
        if constexpr (std::is_void_v<T>)
            task.result();
        else if constexpr (std::is_reference_v<T>)
            return task.result();
        else
            return std::move(detail::value_of<T>(checked(task)));
    }
    void refuse() const;
    bool elsewhere() const noexcept;
    void run_to_end(detail::task_state& main, context* in);
    void run_here_first();
    void end_by_interrupt();
    template <class T>
    static detail::task_state& checked(task<T> const& done) {
        (void)done.result();
        return done.state();
    }

    runner_options options_;
    std::unique_ptr<rota::loop> loop_;
    std::thread::id ran_on_{};
    context kept_;
};

/// Runs `main` (a coroutine, or `fn, args...` from copies) on a new loop until it ends, then cancels the tasks it leaves
/// and awaits their end. Gives what `main` gives. The options choose the engine.
///
/// Errors: what `main` throws; `usage_error` inside a running loop.
/// Cancellation: Ctrl-C cancels main.
/// asyncio: `run`.
template <class... Main>
auto run(runner_options const& options, Main&&... main)
    -> decltype(std::declval<runner&>().run(std::forward<Main>(main)...)) {
    runner once(options);
    if constexpr (std::is_void_v<decltype(once.run(std::forward<Main>(main)...))>) {
        once.run(std::forward<Main>(main)...);
        once.close();
    } else {
        decltype(auto) value = once.run(std::forward<Main>(main)...);
        once.close();
        return value;
    }
}
template <class... Main>
auto run(Main&&... main) -> decltype(std::declval<runner&>().run(std::forward<Main>(main)...)) {
    return run(runner_options(), std::forward<Main>(main)...);
}

}  // namespace rota::inline v0
