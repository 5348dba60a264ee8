#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/detail/callback_node.hpp>

#include <utility>

namespace rota::inline v0 {

/// What `call_soon`, `call_later` and `call_at` give back: the means to call it off. Copyable; dropping it changes
/// nothing. It belongs to the loop's thread.
///
/// asyncio: `Handle` and `TimerHandle` in one.
class callback_handle {
public:
    callback_handle() = default;
    callback_handle(callback_handle const& other) noexcept : node_(other.node_) {
        if (node_) node_->add_reference();
    }
    callback_handle(callback_handle&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    callback_handle& operator=(callback_handle other) noexcept {
        std::swap(node_, other.node_);
        return *this;
    }
    ~callback_handle() {
        if (node_) node_->drop_reference();
    }

    /// It will not be called, and what it captured is let go now. Nothing happens where it has been called already.
    ROTA_API void cancel() noexcept;
    bool cancelled() const noexcept { return node_ != nullptr && node_->cancelled; }

private:
    friend class loop;
    explicit callback_handle(detail::callback_node& node) noexcept : node_(&node) { node_->add_reference(); }

    detail::callback_node* node_ = nullptr;
};

}  // namespace rota::inline v0
