#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/context_map.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

/// The values of all context variables as somebody sees them: what `copy_context` and the `get_context` of a task or
/// callback give, and what `create_task`, `call_soon`, `add_done_callback` and `runner::run` take as their first argument
/// to start from. A copy costs a count, and belongs to the thread it was made on.
///
/// asyncio: `contextvars.Context`, as a value: who is started in one starts with what is in it, and what he sets does not
/// change it. `run` and `runner::run` alone do.
class context {
public:
    /// No variable is set.
    context() = default;
    context(context const& other) noexcept : map_(detail::share(other.map_)) {}
    context(context&& other) noexcept : map_(std::exchange(other.map_, nullptr)) {}
    context& operator=(context other) noexcept {
        std::swap(map_, other.map_);
        return *this;
    }
    ~context() {
        if (map_ != nullptr) detail::release(map_);
    }

    /// Calls `f(args...)` in it, and gives what that gives. What `f` sets is in it afterwards, and nowhere else.
    template <class F, class... Args>
    decltype(auto) run(F&& f, Args&&... args) {
        entry const inside(*this);
        return std::invoke(std::forward<F>(f), std::forward<Args>(args)...);
    }

    /// For Rota's own callbacks.
    static context adopt(detail::context_map* counted) noexcept { return context(counted); }
    detail::context_map* map() const noexcept { return map_; }

private:
    explicit context(detail::context_map* counted) noexcept : map_(counted) {}

    class entry {
    public:
        explicit entry(context& into) noexcept
            : into_(into), place_(detail::context_in_use()), before_(std::exchange(place_, detail::share(into.map_))) {}
        entry(entry const&) = delete;
        entry& operator=(entry const&) = delete;
        ~entry() { detail::release(std::exchange(into_.map_, std::exchange(place_, before_))); }

    private:
        context& into_;
        detail::context_map*& place_;
        detail::context_map* before_;
    };

    detail::context_map* map_ = nullptr;
};

/// The context of the task, callback or thread that runs.
///
/// asyncio: `contextvars.copy_context`.
inline context copy_context() noexcept { return context::adopt(detail::share(detail::context_in_use())); }

}  // namespace rota::inline v0
