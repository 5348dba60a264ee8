#pragma once

#include <rota/base/error.hpp>
#include <rota/base/export.hpp>
#include <rota/core/callback_handle.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/context.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/errors.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/context_map.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <functional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {

class loop;
template <class T>
class task;
namespace detail {
class task_awaiter;
}

/// A task of whatever type: what `current_task`, `all_tasks` and a mixed `wait` deal in. Copyable, empty by default, equal
/// where it names the same task. It belongs to its loop's thread. Dropping it detaches the task, which runs on.
///
/// Every member but `operator bool` and `==` throws `usage_error` on an empty one.
///
/// asyncio: `Task`, whose type does not tell what it gives.
class any_task {
public:
    any_task() = default;
    any_task(any_task const& other) noexcept : state_(other.state_) {
        if (state_) state_->add_reference();
    }
    any_task(any_task&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    any_task& operator=(any_task other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~any_task() {
        if (state_) state_->drop_reference();
    }

    explicit operator bool() const noexcept { return state_ != nullptr; }
    friend bool operator==(any_task const& a, any_task const& b) noexcept { return a.state_ == b.state_; }

    /// Has ended: with a value, an error, or cancelled.
    bool done() const { return state().done(); }
    /// Done by `cancelled_error`.
    bool cancelled() const { return state().has(detail::task_cancelled); }

    /// Asks it to stop: `cancelled_error` comes out of the await it is suspended in, or of its next one; before its first
    /// turn it never runs. Requests are counted. False where it is done already.
    bool cancel() const { return state("task.cancel").cancel(); }
    /// Acknowledges one request; gives how many are left. At 0 awaits no longer raise.
    std::uint32_t uncancel() const { return state("task.uncancel").uncancel(); }
    /// Requests that are not acknowledged, of those a `with_shield` does not hold back.
    std::uint32_t cancelling() const { return state().visible; }

    /// The error it ended with, which counts as seen; null where it has none. Throws `invalid_state_error` while it runs
    /// and `cancelled_error` where it was cancelled.
    ROTA_API std::exception_ptr exception() const;

    /// `Task-N` unless it was given a name.
    ///
    /// asyncio: `get_name`, where only tasks without a name are counted.
    ROTA_API std::string name() const;
    ROTA_API void set_name(std::string_view name) const;

    /// Has the loop call `f(any_task)` when it is done, or soon where it is: in the context of this call, or in a given one.
    /// `f` is called in a turn of the loop, never from where the task ends. Throws `usage_error` outside its loop.
    template <class F>
    callback_handle add_done_callback(F&& f) const;
    template <class F>
    callback_handle add_done_callback(context const& in, F&& f) const;
    /// Takes back what `add_done_callback` gave `added` for, as `added.cancel()` does: also where the task is done and only
    /// the turn has not come. Whether it was in time.
    ///
    /// asyncio: takes the function, and gives how often it was there.
    static bool remove_done_callback(callback_handle added) { return added.cancel(); }

    /// The context variables as it sees them now; none where it is done.
    context get_context() const { return context::adopt(detail::share(state().context)); }
    /// The loop it belongs to. Throws `usage_error` where that is gone.
    ROTA_API loop& get_loop() const;

    /// For Rota's own combinators.
    detail::task_state& state() const {
        if (state_ == nullptr)
            detail::throw_usage_error("this task handle is empty, or was moved from; create_task gives full ones");
        return *state_;
    }
    detail::task_state& state(char const* call) const {
        detail::task_state& task = state();
        detail::check_owner(task.home, call);
        return task;
    }
    static any_task adopt(detail::task_state* counted) noexcept { return any_task(counted); }
    static any_task share(detail::task_state& state) noexcept {
        state.add_reference();
        return any_task(&state);
    }

    inline auto operator co_await() const;

protected:
    friend detail::task_awaiter;
    explicit any_task(detail::task_state* counted) noexcept : state_(counted) {}

    detail::task_state* state_ = nullptr;
};

namespace detail {

/// Waits for a task. Cancelling who waits cancels the task, once a request, and waits for its end.
class ROTA_API task_awaiter : public leaf, public waiting_task {
public:
    explicit task_awaiter(any_task awaited) : awaited_(std::move(awaited)) {
        static_cast<void>(awaited_.state());  // throws where it is empty: nobody asks again
    }

    bool await_ready() const { return state().done() && --hot.budget > 0; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& task = suspend_here(awaiting.promise(), line);
        task_state& awaited = state();
        if (awaited.done()) [[unlikely]] {
            wake(task);  // its budget is used up
            return true;
        }
        if (task.visible != 0) [[unlikely]]
            return task.raise_at_entry();
        if (&awaited == &task || awaited.home != task.home) [[unlikely]]
            refuse(task);
        task.parked = this;
        awaited.waiters.add(task, *this);
        return true;
    }

    bool cancel(task_state&) noexcept override {
        state().waiters.remove(*this);
        return true;
    }
    task_state* awaited_task() const noexcept override { return &state(); }
    char const* waits_for() const noexcept override { return "another task"; }

    bool take_cancel() const noexcept { return take_raise(); }
    std::exception_ptr take_error() const {
        task_state& awaited = state();
        if (awaited.error) awaited.set(task_error_seen);
        return awaited.error;
    }

protected:
    /// Raises what the task ended with, if it was an error.
    [[gnu::always_inline]] inline void rethrow_error() const {
        check_raise();
        task_state& awaited = state();
        if (awaited.error) [[unlikely]] {
            awaited.set(task_error_seen);
            rethrow_here(std::as_const(awaited.error));
        }
    }

    task_state& state() const noexcept { return *awaited_.state_; }

    any_task awaited_;

private:
    [[noreturn]] void refuse(task_state const& task) const;
};

struct any_task_awaiter : task_awaiter {
    using task_awaiter::task_awaiter;
    void await_resume() const { rethrow_error(); }
};

template <class T>
struct shared_task_awaiter : task_awaiter {
    using task_awaiter::task_awaiter;
    decltype(auto) await_resume() const {
        rethrow_error();
        if constexpr (!std::is_void_v<T>)
            return static_cast<std::add_lvalue_reference_t<T const>>(value_of<T>(state()));
    }
};

template <class T>
struct last_task_awaiter : task_awaiter {
    using task_awaiter::task_awaiter;
    T await_resume() {
        rethrow_error();
        if constexpr (!std::is_void_v<T>) {
            task_state& awaited = state();
            if constexpr (std::is_reference_v<T>) {
                return value_of<T>(awaited);
            } else {
                if (awaited.references == 1) return std::move(value_of<T>(awaited));
                if constexpr (std::is_copy_constructible_v<T>)
                    return value_of<T>(awaited);
                else
                    throw_invalid_state(
                        "co_await std::move(task): its result can not be copied, and there are other handles to it");
            }
        }
    }
};

}  // namespace detail

inline auto any_task::operator co_await() const { return detail::any_task_awaiter(*this); }

/// A coroutine that runs beside its maker, taking turns with the others on its loop. `create_task` makes one. A copyable
/// handle: any number of tasks may await it, and each gets its result or its error.
///
/// `co_await t` gives `T const&`, good for as long as there is a handle; `co_await std::move(t)` gives `T`, moved out when
/// this is the only handle and copied otherwise (`invalid_state_error` for a move-only T with other handles).
///
/// Errors: `co_await` throws what the task threw; `usage_error` where a task awaits itself or one of another loop. An error
/// that nobody awaits reaches the loop's exception handler.
/// Cancellation: cancelling who awaits a task cancels that task, once for each request, and waits for its end; its result
/// is delivered where it has one. `shield` keeps it running instead.
/// asyncio: `Task`.
template <class T = void>
class task : public any_task {
public:
    using value_type = T;

    task() = default;

    /// The result. Throws the task's error, `cancelled_error`, or `invalid_state_error` while it runs.
    decltype(auto) result() const {
        if (auto error = exception()) std::rethrow_exception(error);
        if constexpr (!std::is_void_v<T>)
            return static_cast<std::add_lvalue_reference_t<T const>>(detail::value_of<T>(state()));
    }

    /// The same as of any task, with `f(task<T>)`.
    template <class F>
    callback_handle add_done_callback(F&& f) const;
    template <class F>
    callback_handle add_done_callback(context const& in, F&& f) const;

    auto operator co_await() const& { return detail::shared_task_awaiter<T>(*this); }
    auto operator co_await() && { return detail::last_task_awaiter<T>(std::move(*this)); }

    static task adopt(detail::task_state* counted) noexcept { return task(counted); }

private:
    explicit task(detail::task_state* counted) noexcept : any_task(counted) {}
};

/// The name to make a task with: `create_task(rota::named("reader"), read_all(s))`.
///
/// asyncio: `create_task(..., name=)`.
struct named {
    explicit named(std::string_view text, std::source_location where = std::source_location::current())
        : value(text), line(where) {}
    std::string value;
    std::source_location line;
};

/// `create_task(rota::eager_start, coro)`: it runs at once, up to its first suspension.
///
/// asyncio: `eager_start=True`.
struct eager_start_t {
    explicit eager_start_t() = default;
};
/// Stands before the coroutine in `create_task`; see there.
inline constexpr eager_start_t eager_start{};

namespace detail {

/// What stands before the coroutine in a `create_task`.
struct task_options {
    named const* name = nullptr;
    context const* in = nullptr;
    bool eager = false;
    std::source_location line{};
};

template <class A>
concept task_option = std::same_as<std::remove_cvref_t<A>, named> || std::same_as<std::remove_cvref_t<A>, context> ||
                      std::same_as<std::remove_cvref_t<A>, eager_start_t>;

/// A name for the block of a task that is still to be made.
class ROTA_API new_name {
public:
    explicit new_name(named const* from);
    new_name(new_name const&) = delete;
    new_name& operator=(new_name const&) = delete;
    ~new_name();
    char* release() noexcept { return std::exchange(text_, nullptr); }

private:
    char* text_ = nullptr;
};

inline void note(task_options& options, named const& name) noexcept {
    options.name = &name;
    options.line = name.line;
}
inline void note(task_options& options, context const& in) noexcept { options.in = &in; }
inline void note(task_options& options, eager_start_t) noexcept { options.eager = true; }

template <class T>
coro<T> task_body(coro<T> c) noexcept {
    return c;
}
template <class A>
    requires(awaitable<A &&> && !std::is_lvalue_reference_v<A>)
auto task_body(A&& awaitable) {
    return await_copied(std::forward<A>(awaitable));
}
template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
auto task_body(F&& fn, Args&&... args) {
    return call_copied(std::decay_t<F>(std::forward<F>(fn)), std::decay_t<Args>(std::forward<Args>(args))...);
}

/// Gives `make` the coroutine and what stands before it.
template <class Make, class Option, class... Args>
auto make_with_options(Make const& make, task_options& options, Option&& option, Args&&... args) {
    if constexpr (task_option<Option>) {
        note(options, option);
        return make_with_options(make, options, std::forward<Args>(args)...);
    } else {
        return make(task_body(std::forward<Option>(option), std::forward<Args>(args)...), options);
    }
}

/// Names `task`, which nothing has happened to, and gives it its context.
inline void apply_options(task_state& task, task_options const& options, new_name& name) noexcept {
    task.name = name.release();
    if (options.in != nullptr)
        if (context_map* const before = std::exchange(task.context, share(options.in->map())); before != nullptr)
            release(before);
}

template <class T>
task<T> create_with_options(coro<T>&& c, task_options const& options) {
    scheduler& home = running_scheduler("create_task");
    new_name name(options.name);
    task_state* const state = make_task(std::move(c), options.line);
    apply_options(*state, options, name);
    auto made = task<T>::adopt(state);
    if (options.eager)
        home.adopt_eagerly(*state);
    else
        home.adopt(*state);
    return made;
}

}  // namespace detail

/// Makes a task of a coroutine, or of anything else that can be awaited, and lets its first turn come in the next turn of
/// the loop. The loop keeps it: the handle may be dropped.
///
/// What the coroutine takes by reference must outlive the task. Better let the task keep copies: the form below.
///
/// Before the coroutine may stand, in any order: `rota::named("its name")`, a `rota::context` for it to start in, and
/// `rota::eager_start`. So started it runs at once, in the middle of who makes it, with `current_task()` and context
/// variables its own, up to its first suspension; a task that never suspends is done when this returns. What it throws is
/// in the task. Where eager tasks start each other so deep that the stack is used up, the next one waits for its turn.
///
/// Errors: `usage_error` where no loop runs in this thread.
/// asyncio: `create_task`; the loop owns its tasks here, so none is lost to a collector. An eager task that is done at once
/// has its number, and is told to the task factory, as any other.
template <class T>
task<T> create_task(coro<T> c, std::source_location created = std::source_location::current()) {
    return task<T>::adopt(detail::start_task<T>(c.release(), created));
}

template <class A>
    requires(detail::awaitable<A &&> && !std::is_lvalue_reference_v<A>)
auto create_task(A&& awaitable, std::source_location created = std::source_location::current()) {
    return create_task(detail::await_copied(std::forward<A>(awaitable)), created);
}

/// Makes a task of `fn(args...)`, where `fn` returns something to await. `fn` and the arguments are copied for the task,
/// as `std::thread` does (`std::ref` for what is to be shared). It costs one frame more.
template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
auto create_task(F&& fn, Args&&... args) {
    // No default argument can follow the arguments, so the caller's line is not known here.
    return create_task(
        detail::call_copied(std::decay_t<F>(std::forward<F>(fn)), std::decay_t<Args>(std::forward<Args>(args))...),
        std::source_location());
}

template <class F, class... Args>
    requires detail::wants_references<F, Args...>
detail::write_std_ref_around_what_the_function_is_to_share create_task(F&&, Args&&...) = delete;

template <class T>
task<T> create_task(eager_start_t, coro<T> c, std::source_location created = std::source_location::current()) {
    detail::task_options options;
    options.eager = true;
    options.line = created;
    return detail::create_with_options(std::move(c), options);
}
template <detail::task_option Option, class... Args>
auto create_task(Option&& option, Args&&... args) {
    detail::task_options options;
    auto const make = []<class T>(coro<T> body, detail::task_options const& chosen) {
        return detail::create_with_options(std::move(body), chosen);
    };
    return detail::make_with_options(make, options, std::forward<Option>(option), std::forward<Args>(args)...);
}

/// The task whose turn it is; empty in callbacks of the loop.
///
/// asyncio: `current_task`; without a loop it is empty here, a RuntimeError there.
ROTA_API any_task current_task();

/// The running loop's tasks that are not done, in the order in which they were made.
///
/// asyncio: `all_tasks`, which gives a set.
ROTA_API std::vector<any_task> all_tasks();

}  // namespace rota::inline v0

#include <rota/detail/task_callbacks.hpp>
