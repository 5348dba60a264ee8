#pragma once

#include <rota/core/task.hpp>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

class loop;

/// `loop.set_task_factory(rota::eager_task_factory)`: each new task runs at once, up to its first suspension.
///
/// asyncio: `eager_task_factory`, which is a function.
struct eager_task_factory_t {
    explicit eager_task_factory_t() = default;
};
/// What `set_task_factory` takes to make every start eager.
inline constexpr eager_task_factory_t eager_task_factory{};

/// What a loop does with each new task: a function that is told of it before anything of it has run, to name it, count it
/// or cancel it; and whether it starts eagerly.
///
/// The hook is told of all tasks, those that `gather` and the like make for themselves too, where they are made and as part
/// of who makes them. What it throws goes to the exception handler. It must not change the factory. Eager are those of
/// `create_task`, and of a group's.
///
/// asyncio: what `set_task_factory` takes. There the factory makes the object; a task's type is fixed by its coroutine
/// here. And there `gather` starts its coroutines eagerly too.
struct task_factory {
    task_factory() = default;
    task_factory(eager_task_factory_t) noexcept : eager(true) {}
    template <class Hook>
        requires(std::invocable<Hook&, loop&, any_task const&> &&
                 !std::same_as<std::remove_cvref_t<Hook>, task_factory>)
    task_factory(Hook&& hook, bool eagerly = false) : made(std::forward<Hook>(hook)), eager(eagerly) {}

    /// Called with each new task; empty: nobody is told.
    std::function<void(loop&, any_task const&)> made;
    /// Whether tasks run at once, up to their first suspension.
    bool eager = false;
};

/// The hook, and eager starts.
///
/// asyncio: `create_eager_task_factory`, which takes the task's class.
template <class Hook>
task_factory create_eager_task_factory(Hook&& hook) {
    return task_factory(std::forward<Hook>(hook), true);
}

}  // namespace rota::inline v0
