#include "protocol_turns.hpp"

#include <rota/core/context.hpp>
#include <rota/detail/scheduler.hpp>

#include <string>

namespace rota::inline v0::detail {

protocol_turns::protocol_turns(loop& home) noexcept : waiting_callback_node(home) {
    context = share(current_context());
}

void protocol_turns::check_thread(char const* call) const {
    if (!over_) check_owner(home_, call);
}

void protocol_turns::open() noexcept {
    keep_callback(*home_, *this);
    add_reference();
    post(due_made);
}

void protocol_turns::post(std::uint8_t what) noexcept {
    if (over_) return;
    due_ |= what;
    if (std::exchange(queued_, true)) return;
    add_reference();
    home_->push(*this);
}

void protocol_turns::call() {
    queued_ = false;
    auto const what = std::exchange(due_, std::uint8_t{0});
    if (!over_) take_turn(what);
}

void protocol_turns::report(char const* what, std::exception_ptr const& error) noexcept {
    auto& of = static_cast<loop&>(*home_);
    try {
        of.call_exception_handler({std::string("a protocol's ") + what + " threw", error});
    } catch (...) {
        of.call_exception_handler({"out of memory", error});  // short enough to need none
    }
}

}  // namespace rota::inline v0::detail
