#include <rota/detail/cancel_relay.hpp>

#include <rota/detail/hot.hpp>

namespace rota::inline v0::detail {
namespace {

thread_local constinit bool handing_on = false;
thread_local constinit cancel_relay* first = nullptr;
thread_local constinit cancel_relay* last = nullptr;

}  // namespace

void cancel_relay::relay() noexcept {
    if (handing_on) {
        if (static_cast<char*>(__builtin_frame_address(0)) >= hot.stack_floor) return hand_on();
        if (requests_++ > 0) return;
        next_ = nullptr;
        (last != nullptr ? last->next_ : first) = this;
        last = this;
        return;
    }
    handing_on = true;
    hand_on();
    while (cancel_relay* const next = first) {
        first = next->next_;
        if (first == nullptr) last = nullptr;
        for (; next->requests_ > 0; --next->requests_) next->hand_on();
    }
    handing_on = false;
}

}  // namespace rota::inline v0::detail
