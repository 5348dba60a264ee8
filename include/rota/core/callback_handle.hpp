#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/context.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/detail/node_ref.hpp>

#include <optional>

namespace rota::inline v0 {

/// What `call_soon`, `call_later`, `call_at` and `add_done_callback` give back: the means to call it off. Copyable, empty
/// by default; dropping it changes nothing. It belongs to the loop's thread.
///
/// asyncio: `Handle` and `TimerHandle` in one.
class callback_handle {
public:
    callback_handle() = default;

    explicit operator bool() const noexcept { return static_cast<bool>(node_); }
    friend bool operator==(callback_handle const&, callback_handle const&) noexcept = default;

    /// It will not be called, and what it captured is let go now. False, and nothing happens, where it has been called
    /// already, or called off.
    ROTA_API bool cancel();
    bool cancelled() const noexcept { return node_ && node_->cancelled; }

    /// When `call_later` or `call_at` is to call it; nothing for those that wait for no time.
    std::optional<clock::time_point> when() const noexcept {
        return node_ ? node_->deadline() : std::optional<clock::time_point>();
    }
    /// The context it is called in.
    context get_context() const noexcept { return node_ ? context::adopt(detail::share(node_->context)) : context(); }

    /// For Rota's own callbacks.
    static callback_handle of(detail::callback_node& node) noexcept { return callback_handle(node); }

private:
    explicit callback_handle(detail::callback_node& node) noexcept : node_(node) {}

    detail::node_ref<detail::callback_node> node_;
};

}  // namespace rota::inline v0
