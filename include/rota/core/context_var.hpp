#pragma once

#include <rota/detail/context_map.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace rota::inline v0 {

/// A variable with a value of its own in each task. A new task, and a callback of the loop, starts with a copy of what its
/// maker sees; what it sets is seen by itself and by the coroutines it awaits directly, and by nobody else.
///
/// Make it once, with static storage: the variable's address is its identity. Reading costs a search through the few
/// variables that are set; a task that sets none pays one pointer.
///
///     rota::context_var<std::string> user("nobody");
///
///     user.set("root");
///
/// asyncio: `contextvars.ContextVar`. Where Python gives a token to `reset`, `set` gives one with the value before.
template <class T>
class context_var {
public:
    /// What `set` replaced.
    class token {
        friend class context_var;
        std::shared_ptr<void> before_;
    };

    context_var() = default;
    /// A variable with a value for those who have not set one.
    explicit context_var(T default_value) : default_(std::move(default_value)) {}
    context_var(context_var const&) = delete;
    context_var& operator=(context_var const&) = delete;

    /// The value here, or the default. Throws `std::bad_optional_access` where there is neither. The reference holds until
    /// the variable is set again in this context.
    T const& get() const {
        if (void const* value = detail::context_find(this)) return *static_cast<T const*>(value);
        return default_.value();
    }

    /// Sets it for this context, that of the task that runs; tasks made from now on inherit it. The token puts back what was.
    token set(T value) {
        token before;
        before.before_ = detail::context_share(this);
        detail::context_set(this, std::make_shared<T>(std::move(value)));
        return before;
    }

    /// Puts back what was there before the `set` that gave `before`.
    void reset(token before) { detail::context_set(this, std::move(before.before_)); }

private:
    std::optional<T> default_;
};

}  // namespace rota::inline v0
