#pragma once

#include <rota/base/slab.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/context_map.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_state.hpp>

#include <functional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

ROTA_API void wake_elsewhere(task_state& task) noexcept;

/// Lets the turn come of a task whose wait is over. Called by the task's own loop all but always, and that loop's queue is
/// known without asking the task: where tasks hand a lock round, each load less between one turn and the next is felt.
inline void wake(task_state& task) noexcept {
    scheduler* const here = hot.running;
    if (task.home != here) [[unlikely]]
        return wake_elsewhere(task);
    here->make_ready(task);
}

/// For a leaf that finds in `await_suspend` that it need not wait. False: the frame goes on at once; true: the budget of
/// such leaves is used up, and it goes on when its turn comes.
inline bool let_others_go_first(task_state& task) noexcept {
    if (--hot.budget > 0) return false;
    wake(task);
    return true;
}

[[noreturn]] ROTA_API void throw_no_running_loop(char const* for_whom);

/// The scheduler of this thread's loop. Throws `usage_error` where none runs.
inline scheduler& running_scheduler(char const* for_whom) {
    if (hot.running == nullptr) [[unlikely]]
        throw_no_running_loop(for_whom);
    return *hot.running;
}

template <class T>
decltype(auto) value_of(task_state& state) noexcept {
    return static_cast<typed_task_state<T>&>(state).value.get();
}

template <class T>
void typed_task_state<T>::take(task_state& state, promise_base& root) {
    static_cast<typed_task_state&>(state).value.fill(take_result(static_cast<coro_promise<T>&>(root)));
}

/// Gives `state`, a new block, a frame to run.
template <class T>
void give_frame(task_state& state, std::coroutine_handle<coro_promise<T>> frame,
                std::source_location created) noexcept {
    auto& root = frame.promise();
    root.task = &state;
    root.line = created;
    state.innermost = &root;
    state.created = created;
    state.context = share(current_context());
}

/// A task of `c` that is in no loop's queue yet. Nothing has happened where this throws.
template <class T>
task_state* make_task(coro<T>&& c, std::source_location created) {
    if (!c) throw_usage_error("create_task of a coroutine that was moved from or awaited already");
    void* const block = slab_store::allocate(sizeof(typed_task_state<T>));
    auto* const state = ::new (block) typed_task_state<T>;
    give_frame(*state, c.release(), created);
    return state;
}

template <class T>
using coro_handle = std::coroutine_handle<coro_promise<T>>;

/// Gives the frame a task, and the task its turn. Where this throws the frame has ended, and nothing else has happened.
template <class T>
[[gnu::noinline]] task_state* start_task_with_care(coro_handle<T> frame, std::source_location created) {
    coro<T> c(frame);
    scheduler& home = running_scheduler("create_task");
    task_state* const state = make_task(std::move(c), created);
    home.adopt(*state);
    return state;
}

/// What is not plain is left to a function that calls others: this one calls none, and so has nothing to save.
template <class T>
task_state* start_task(coro_handle<T> frame, std::source_location created) {
    scheduler* const home = hot.running;
    if (home == nullptr || home->has_factory() || !frame) [[unlikely]]
        return start_task_with_care<T>(frame, created);
    void* const block = slab_store::allocate_at_hand(sizeof(typed_task_state<T>));
    if (block == nullptr) [[unlikely]]
        return start_task_with_care<T>(frame, created);
    auto* const state = ::new (block) typed_task_state<T>;
    give_frame(*state, frame, created);
    home->adopt_plainly(*state);
    return state;
}

/// For who has taken `c` over, and by design does not begin it.
template <class T>
void discard(coro<T>& c) noexcept {
    if (auto const frame = c.release()) destroy_unbegun(frame.promise());
}

/// Awaits something that is no coroutine, from a copy of its own.
template <class A>
coro<std::remove_cvref_t<await_result<A&&>>> await_copied(A awaitable) {
    co_return co_await std::move(awaitable);
}

/// What a task gives that awaits an A: what a coroutine, a task or a future is made for, a reference too; of anything else a
/// copy, since what it refers to may be in the awaiter.
template <class A>
struct given_by {
    using type = std::remove_cvref_t<await_result<A>>;
};
template <class A>
    requires requires { typename std::remove_cvref_t<A>::value_type; } && awaitable<std::remove_cvref_t<A>>
struct given_by<A> {
    using type = typename std::remove_cvref_t<A>::value_type;
};

/// Could be called with what was given, but not with the copies that are kept of it.
template <class F, class... Args>
concept wants_references = !std::invocable<std::decay_t<F>, std::decay_t<Args>...> &&
                           std::invocable<std::decay_t<F>, std::remove_reference_t<Args>&...>;

/// What makes such a call an error with this name in it.
struct write_std_ref_around_what_the_function_is_to_share {};

/// What a member function is called on.
template <class T>
decltype(auto) called_object(T& copy) noexcept {
    if constexpr (requires { *copy; })
        return *copy;
    else
        return std::move(copy);
}
template <class T>
T& called_object(std::reference_wrapper<T>& copy) noexcept {
    return copy.get();
}

/// Awaits `fn(args...)` from copies that live in this frame: calling `fn` outside it would leave references to temporaries.
/// The call stands in the expression of the await, and not in a `std::invoke`, because what is made to convert an argument
/// (a string of a literal) must live until the await ends.
template <class F, class... Args>
auto call_copied(F fn, Args... args) -> coro<typename given_by<std::invoke_result_t<F, Args...>>::type> {
    co_return co_await std::move(fn)(std::move(args)...);
}
template <class F, class Object, class... Args>
    requires std::is_member_function_pointer_v<F>
auto call_copied(F fn, Object object, Args... args)
    -> coro<typename given_by<std::invoke_result_t<F, Object, Args...>>::type> {
    co_return co_await (called_object(object).*fn)(std::move(args)...);
}

}  // namespace rota::inline v0::detail
