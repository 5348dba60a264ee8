#pragma once

#include <rota/detail/callback_node.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/scheduler.hpp>

namespace rota::inline v0::detail {

/// Has a loop call something back, from any thread and without an allocation: it lives in an awaiter. One at a time; what is
/// called may send it again, or end who holds it.
class outside_call final : public callback_node {
public:
    using function = void (*)(void*) noexcept;

    outside_call() noexcept = default;
    /// What may be moved has not been sent.
    outside_call(outside_call&&) noexcept : callback_node() {}
    ~outside_call() override = default;

    void send(scheduler& to, function to_call, void* with) noexcept {
        call_ = to_call;
        with_ = with;
        if (&to == hot.running)
            to.push(*this);
        else
            to.push_from_outside(*this);
    }

    void call() override {}
    void discard() noexcept override {}

private:
    // The loop's last touch of a callback: nothing of this is needed any more.
    void destroy() noexcept override {
        add_reference();
        called = false;
        call_(with_);
    }

    function call_ = nullptr;
    void* with_ = nullptr;
};

}  // namespace rota::inline v0::detail
