#include <rota/detail/readiness_node.hpp>

#include <rota/base/error.hpp>
#include <rota/core/loop.hpp>

#include <exception>
#include <string>
#include <utility>

namespace rota::inline v0::detail {

// References: one of who closes it, one of the engine or of the ready queue, which is passed on from the one to the other.

void readiness_node::watch(char const* what, int descriptor) {
    auto const refuse = [&](std::int32_t result) {
        throw_system_error(-result, what, "descriptor " + std::to_string(descriptor));
    };
    io_handle handle{};
    if (auto const result = home_->kernel().adopt_copy(descriptor, handle); result < 0) refuse(result);
    descriptor_ = descriptor;
    waiting_.emplace(*this, handle);
    keep_callback(*home_, *this);
    if (!wait()) refuse(waiting_->result());
}

// False: this can not be waited for.
bool readiness_node::wait() noexcept {
    submitted_ = !home_->kernel().submit(*waiting_);
    if (!submitted_ && waiting_->result() < 0) return false;
    add_reference();
    if (!submitted_) home_->push(*this);
    return true;
}

void readiness_node::completed(operation& op) noexcept {
    auto& node = static_cast<waiting&>(op).owner;
    node.submitted_ = false;
    if (node.closed_) return node.drop_reference();
    // Whatever it was, the program's own call will find it too.
    node.home_->push(node);
}

// After the call, also one that threw; or instead of it where the loop ends.
void readiness_node::discard() noexcept {
    if (!std::exchange(called, false) || closed_) return;
    if (wait()) return;
    stop();
    auto& of = static_cast<loop&>(*home_);
    char const* const what = until_ == poll_readiness::readable ? "add_reader" : "add_writer";
    try {
        throw_system_error(-waiting_->result(), what, "descriptor " + std::to_string(descriptor_));
    } catch (...) {
        of.call_exception_handler({"a descriptor is not watched any more", std::current_exception()});
    }
}

void readiness_node::stop() noexcept {
    if (std::exchange(closed_, true)) return;
    cancelled = true;
    if (list_node::linked()) list_node::unlink();
    if (!waiting_) return;
    // Its operation completes because of this.
    home_->kernel().close(waiting_->handle());
}

void readiness_node::close() noexcept {
    stop();
    drop_reference();
}

}  // namespace rota::inline v0::detail
