#pragma once

#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/combine/exception_group.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/errors.hpp>
#include <rota/core/result.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/cancel_relay.hpp>
#include <rota/detail/group_children.hpp>
#include <rota/detail/result_room.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

class task_group;
template <class T>
class task_ready;

namespace detail {

class group_exit;
class group_join;
class group_start_base;
enum class child_start : std::uint8_t { usual, eager, lazy };

template <class Bound>
coro<typename Bound::result> run_in_group(Bound body);
template <class T, class F, class... Args>
coro<T> start_in_group(task_group& group, F fn, Args... args);

template <class T, class R, class... A>
std::type_identity<T> ready_by(R (*)(task_ready<T>&, A...));
template <class T, class R, class C, class... A>
std::type_identity<T> ready_by(R (C::*)(task_ready<T>&, A...));
template <class T, class R, class C, class... A>
std::type_identity<T> ready_by(R (C::*)(task_ready<T>&, A...) const);

template <class F>
    requires requires { &F::operator(); }
auto find_ready() -> decltype(ready_by(&F::operator()));
template <class F>
auto find_ready() -> decltype(ready_by(std::declval<F>()));

/// The T of the `task_ready<T>&` that F takes first.
template <class F>
using ready_type = typename decltype(find_ready<F>())::type;

}  // namespace detail

/// Tasks that end before `with_task_group`, which makes the group, does. Its members belong to the loop's thread.
///
/// When one of them fails, the others and the body are cancelled, and all errors come out of `with_task_group` together.
///
/// asyncio: `TaskGroup`, with its `cancel` of 3.15; `start` is Trio's.
class ROTA_API task_group : private detail::task_observer, private detail::cancel_relay {
public:
    task_group(task_group const&) = delete;
    task_group& operator=(task_group const&) = delete;

    /// Makes a task of the group, as `rota::create_task` does; any task of the loop may, not the body alone.
    ///
    /// What the coroutine takes by reference must outlive `with_task_group`; the body's own variables do not, when it
    /// throws. Better let the task keep copies: `(fn, args...)`.
    ///
    /// Errors: `usage_error` where the group has ended. Once it is being cancelled, new tasks are born cancelled.
    template <class T>
    task<T> create_task(coro<T> c, std::source_location created = std::source_location::current()) {
        detail::task_options options;
        options.line = created;
        return create_with_options(std::move(c), options);
    }
    template <class A>
        requires(detail::awaitable<A &&> && !std::is_lvalue_reference_v<A>)
    auto create_task(A&& awaitable, std::source_location created = std::source_location::current()) {
        return create_task(detail::await_copied(std::forward<A>(awaitable)), created);
    }
    template <class F, class... Args>
        requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
    auto create_task(F&& fn, Args&&... args) {
        return create_task(
            detail::call_copied(std::decay_t<F>(std::forward<F>(fn)), std::decay_t<Args>(std::forward<Args>(args))...),
            std::source_location());
    }
    template <class F, class... Args>
        requires detail::wants_references<F, Args...>
    detail::write_std_ref_around_what_the_function_is_to_share create_task(F&&, Args&&...) = delete;
    template <detail::task_option Option, class... Args>
    auto create_task(Option&& option, Args&&... args) {
        detail::task_options options;
        auto const make = [this]<class T>(coro<T> body, detail::task_options const& chosen) {
            return this->create_with_options(std::move(body), chosen);
        };
        return detail::make_with_options(make, options, std::forward<Option>(option), std::forward<Args>(args)...);
    }

    /// Makes a task of `fn(ready, args...)`, waits until it calls `ready(value)`, and gives that value: for a server
    /// that is to listen before anybody connects. `fn` takes a `rota::task_ready<T>&` first; where that can not be read
    /// off it (a generic lambda) write `group.start<T>(fn, args...)`. It is kept with copies of the arguments.
    ///
    ///     int const port = co_await group.start(serve);
    ///
    /// Errors: what the task ends with before it has called `ready` comes out here, and does not fail the group;
    /// `usage_error` where it ended without.
    /// Cancellation: cancels the task and waits for its end. A value that came first is delivered.
    /// asyncio: has nothing like it.
    template <class F, class... Args>
    [[nodiscard]] auto start(F fn, Args... args) -> coro<detail::ready_type<F>> {
        return detail::start_in_group<detail::ready_type<F>>(*this, std::move(fn), std::move(args)...);
    }
    template <class T, class F, class... Args>
        requires std::invocable<F, task_ready<T>&, Args...>
    [[nodiscard]] coro<T> start(F fn, Args... args) {
        return detail::start_in_group<T>(*this, std::move(fn), std::move(args)...);
    }

    /// Cancels the body and all tasks; `with_task_group` then ends without raising. A second call does nothing.
    void cancel();

    /// Waits for the end of all tasks made so far. It does not keep the body from being left: what the tasks use by
    /// reference must not be the body's.
    ///
    /// Errors: `usage_error` for a task of the group, which would wait for itself.
    /// Cancellation: leaves; the tasks are cancelled only if the group is.
    /// asyncio: has nothing like it.
    [[nodiscard]] detail::group_join join() noexcept;

private:
    template <class Bound>
    friend coro<typename Bound::result> detail::run_in_group(Bound body);
    friend class detail::group_exit;
    friend class detail::group_join;
    friend class detail::group_start_base;

    task_group() noexcept;
    ~task_group();

    template <class T>
    task<T> create_with_options(coro<T>&& c, detail::task_options const& options,
                                detail::child_start how = detail::child_start::usual) {
        check_open();
        detail::new_name name(options.name);
        detail::task_state* const child = detail::make_grouped_task(std::move(c), options.line);
        detail::apply_options(*child, options, name);
        auto made = task<T>::adopt(child);
        adopt(*child, options.eager ? detail::child_start::eager : how);
        return made;
    }
    void check_open() const;
    void adopt(detail::task_state& child, detail::child_start how) noexcept;
    static void child_done(detail::task_observer& self, detail::task_state& child) noexcept;
    void child_failed(detail::task_state& child) noexcept;
    bool starting_ended(detail::task_state& child) noexcept;
    void wake_joiners() noexcept;
    void abort() noexcept;
    void hand_on() noexcept override;
    void cancel_owner() noexcept;
    void body_ended(bool by_error) noexcept;
    void interrupted() noexcept;
    /// All is over: throws what is to come out.
    void finish(std::exception_ptr body_error);

    detail::task_state* owner_;
    detail::group_children children_;
    detail::group_children failed_;
    detail::intrusive_list<detail::group_join> joiners_;
    detail::intrusive_list<detail::group_start_base> starting_;
    std::uint32_t visible_before_;
    std::uint8_t level_;
    bool aborting_ = false;
    bool asked_owner_ = false;  // the owner's cancel count holds a request of this group
    bool exiting_ = false;      // the body is over
    bool exit_waits_ = false;   // the owner waits for the last task
    bool interrupted_ = false;  // the owner was cancelled meanwhile
};

namespace detail {

/// The end of `with_task_group`: waits for every task, whatever happens.
class ROTA_API group_exit final : public leaf {
public:
    explicit group_exit(task_group& of) noexcept : group_(of) {}

    bool await_ready() const noexcept { return group_.children_.empty(); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting,
                       std::source_location line = std::source_location::current()) noexcept {
        task_state& owner = suspend_here(awaiting.promise(), line);
        if (owner.visible > std::uint32_t{group_.asked_owner_}) group_.interrupted();
        group_.exit_waits_ = true;
        owner.parked = this;
        return true;
    }
    void await_resume() const noexcept {}

    bool cancel(task_state&) noexcept override;
    void each_awaited(awaited_visitor& to) const override;
    char const* waits_for() const noexcept override { return "the tasks of a group"; }

private:
    task_group& group_;
};

class ROTA_API group_join final : public leaf, public list_node {
public:
    explicit group_join(task_group& of) noexcept : group_(&of) {}

    bool await_ready() const noexcept { return group_->children_.empty() && --hot.budget > 0; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& waiting = suspend_here(awaiting.promise(), line);
        if (waiting.visible != 0) [[unlikely]]
            return waiting.raise_at_entry();
        if (group_->children_.empty()) [[unlikely]] {
            wake(waiting);  // its budget is used up
            return true;
        }
        begin(waiting);
        return true;
    }
    void await_resume() const { check_raise(); }

    bool cancel(task_state&) noexcept override;
    void each_awaited(awaited_visitor& to) const override;
    char const* waits_for() const noexcept override { return "task_group.join"; }

private:
    friend class rota::task_group;
    void begin(task_state& waiting);

    task_group* group_;
    task_state* waiting_ = nullptr;
    std::uint32_t last_ = 0;  // the id of the youngest task to wait for
};

/// Waits until a new task says that it is ready, or has ended without.
class ROTA_API group_start_base : public leaf, public list_node {
public:
    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting,
                       std::source_location line = std::source_location::current()) noexcept {
        waiting_ = &suspend_here(awaiting.promise(), line);
        waiting_->parked = this;
        if (waiting_->visible != 0) [[unlikely]]
            cancel(*waiting_);
        return true;
    }

    bool cancel(task_state&) noexcept override;
    void each_awaited(awaited_visitor& to) const override;
    char const* waits_for() const noexcept override { return "task_group.start"; }

    void begin(task_group& group, coro<> child);
    void reported() noexcept;

protected:
    void check();

private:
    friend class rota::task_group;

    any_task child_;
    task_state* waiting_ = nullptr;
    bool reported_ = false;
};

template <class T>
class group_start final : public group_start_base {
public:
    template <class... U>
    void report(U&&... of) {
        if constexpr (!std::is_void_v<T>) value_.fill(std::forward<U>(of)...);
        reported();
    }
    T await_resume() {
        check();
        if constexpr (!std::is_void_v<T>) return value_.take();
    }

private:
    [[no_unique_address]] result_room<T> value_;
};

}  // namespace detail

inline detail::group_join task_group::join() noexcept { return detail::group_join(*this); }

/// By this a task that `task_group::start` makes says that it is ready: `ready(value)`, or `ready()` where T is void.
///
/// asyncio: has nothing like it.
template <class T>
class task_ready {
public:
    explicit task_ready(detail::group_start<T>& waiting) noexcept : waiting_(&waiting) {}
    task_ready(task_ready const&) = delete;
    task_ready& operator=(task_ready const&) = delete;

    /// Errors: `usage_error` the second time.
    template <class U = T>
        requires(!std::is_void_v<T> && std::constructible_from<T, U &&>)
    void operator()(U&& value) {
        waiting().report(std::forward<U>(value));
        waiting_ = nullptr;
    }
    void operator()()
        requires std::is_void_v<T>
    {
        waiting().report();
        waiting_ = nullptr;
    }

private:
    detail::group_start<T>& waiting() const {
        if (waiting_ == nullptr) detail::throw_usage_error("task_group.start: a task says twice that it is ready");
        return *waiting_;
    }

    detail::group_start<T>* waiting_;
};

namespace detail {

template <class T, class F, class... Args>
coro<> call_ready(group_start<T>& waiting, F fn, Args... args) {
    task_ready<T> ready(waiting);
    co_await std::move(fn)(ready, std::move(args)...);
}

template <class T, class F, class... Args>
coro<T> start_in_group(task_group& group, F fn, Args... args) {
    group_start<T> starting;
    starting.begin(group, call_ready<T>(starting, std::move(fn), std::move(args)...));
    co_return co_await starting;
}

template <class Bound>
coro<typename Bound::result> run_in_group(Bound body) {
    task_group group;
    auto const start = [&]() -> auto& { return body.start(group); };
    auto outcome = co_await as_result_of(start);
    group.body_ended(!outcome);
    co_await group_exit(group);
    group.finish(outcome.error());
    if constexpr (!std::is_void_v<typename Bound::result>) {
        if (!outcome)
            throw_invalid_state(
                "with_task_group: the group was cancelled before its body gave the value it was to give");
        co_return std::move(outcome).value();
    }
}

}  // namespace detail

/// Awaits `body(group)`, then all tasks that were made in the group meanwhile, and gives what the body gives.
///
///     co_await rota::with_task_group([&](rota::task_group& group) -> rota::coro<> {
///         for (auto const& url : urls) group.create_task(fetch, url);
///         co_return;
///     });
///
/// `body` is `fn, args...`, called as `fn(group, args...)` with copies that live until all is over, or something to await.
///
/// Errors: when a task fails or the body throws, the rest is cancelled, once, and awaited, and an `exception_group` of all
/// errors comes out, the body's last; `cancelled_error` is none of them. `invalid_state_error` where the group was
/// cancelled before a body that is to give a value did.
/// Cancellation: reaches body and tasks, and all are awaited, however often it comes. Errors come before it: it is then
/// raised by the next await.
/// asyncio: `TaskGroup`. A task may be made while the group is being cancelled, and is born cancelled. The rest is cancelled
/// at once, so that a task whose first turn is still to come never begins; there it is one turn later.
template <class Body, class... Args>
[[nodiscard]] auto with_task_group(Body&& body, Args&&... args) {
    return detail::run_in_group(
        detail::bind_body(detail::offers<task_group>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}

}  // namespace rota::inline v0
