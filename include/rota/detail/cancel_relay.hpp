#pragma once

#include <rota/base/export.hpp>

#include <cstdint>

namespace rota::inline v0::detail {

/// Hands a cancel on to several tasks, each of which may hand it on to several others. That goes straight down, in order,
/// until the stack is used up; what is further down waits until the outermost one has returned.
class ROTA_API cancel_relay {
protected:
    cancel_relay() = default;
    cancel_relay(cancel_relay const&) = delete;
    cancel_relay(cancel_relay&&) noexcept {}
    cancel_relay& operator=(cancel_relay const&) = delete;
    ~cancel_relay() = default;

    virtual void hand_on() noexcept = 0;
    void relay() noexcept;

private:
    cancel_relay* next_ = nullptr;
    std::uint32_t requests_ = 0;  // that wait to be handed on
};

}  // namespace rota::inline v0::detail
