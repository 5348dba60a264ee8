#include <rota/detail/socket_awaiter.hpp>

#include <rota/base/error.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/engine/engine.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>

namespace rota::inline v0::detail {
namespace {

constexpr auto longest_pause = std::chrono::milliseconds(50);

std::string object_of(scheduler* home, io_handle handle, socket_address const& to) {
    if (to.family() != address_family::unspecified) return to.to_string();
    socket_address address;
    engine& kernel = home->kernel();
    if (kernel.local_address(handle, address) == -EBADF) return "a closed socket";
    if (kernel.peer_address(handle, address) == 0) return address.to_string();
    return "the socket at " + address.to_string();
}

}  // namespace

void throw_socket_error(std::int32_t result, char const* operation, scheduler* home, io_handle handle,
                        socket_address const& to) {
    throw system_error(-result, operation, object_of(home, handle, to));
}

bool socket_wait::begin(task_state& task, operation& op) {
    if (task.home != home_) {
        if (home_ == nullptr) throw_usage_error("an empty socket was used");
        throw_usage_error("a socket was awaited that belongs to another loop");
    }
    task_ = &task;
    if (task.visible != 0) [[unlikely]]
        return task.raise_at_entry();
    started_ = &op;
    // Submitted here and not by `run`: after a call of the kernel each return is mispredicted.
    if (home_->kernel().submit(op) && run(op, true) == step::done) return let_others_go_first(task);
    task.parked = this;
    return true;
}

/// Starts the operation where it has not `answered`, and again as long as that leads on.
socket_wait::step socket_wait::run(operation& op, bool answered) noexcept {
    engine& kernel = home_->kernel();
    for (;; answered = false) {
        if (!answered && !kernel.submit(op)) return step::pending;
        if (op.result() == -EAGAIN) {
            // There is no room, and nobody will tell when there is.
            try {
                home_->arm(*this, kernel.now() + pause_);
            } catch (std::bad_alloc const&) {
                op.finish_at_once(-ENOMEM);
                return step::done;
            }
            pause_ = std::min(2 * pause_, longest_pause);
            return step::pending;
        }
        if (op.result() == -ECANCELED) {
            if (task_->visible == 0) continue;
            task_->set(task_raise);
            return step::done;
        }
        if (!goes_on(op.result())) return step::done;
    }
}

void socket_wait::end(operation& op) noexcept {
    if (run(op, true) == step::done) wake(*task_);
}

bool socket_wait::cancel(task_state& waiting) noexcept {
    if (armed()) {
        home_->disarm(*this);
        return true;
    }
    waiting.home->kernel().cancel(*started_);
    return false;
}

void socket_wait::fire() noexcept {
    if (run(*started_, false) == step::done) wake(*task_);
}

void socket_receive_awaiter::completed(operation& op) noexcept {
    static_cast<socket_receive_awaiter&>(static_cast<receive_from_operation&>(op)).end(op);
}

std::size_t socket_receive_awaiter::take() const {
    check_raise();
    if (result() < 0) throw_socket_error(result(), "receive from", home_, handle());
    return static_cast<std::size_t>(result());
}

void socket_send_awaiter::completed(operation& op) noexcept {
    static_cast<socket_send_awaiter&>(static_cast<send_to_operation&>(op)).end(op);
}

bool socket_send_awaiter::goes_on(std::int32_t result) noexcept {
    if (result < 0) return false;
    auto const count = static_cast<std::size_t>(result);
    sent_ += count;
    if (!stream_ || count >= length) return false;
    data = static_cast<std::byte const*>(data) + count;
    length -= count;
    return true;
}

std::size_t socket_send_awaiter::await_resume() const {
    check_raise();
    if (result() < 0) throw_socket_error(result(), "send to", home_, handle(), to);
    return sent_;
}

void socket_connect_awaiter::completed(operation& op) noexcept {
    static_cast<socket_connect_awaiter&>(static_cast<connect_operation&>(op)).end(op);
}

void socket_connect_awaiter::await_resume() const {
    check_raise();
    if (result() < 0) throw_socket_error(result(), "connect", home_, handle(), to);
}

bool socket_close_awaiter::begin_close(task_state& task) {
    // It is closed in any case.
    if (task.visible != 0 && task.home == home_) home_->kernel().close(handle());
    return begin(task, *this);
}

void socket_close_awaiter::completed(operation& op) noexcept {
    static_cast<socket_close_awaiter&>(static_cast<close_operation&>(op)).end(op);
}

// One that is closed already is what was wanted.
void socket_close_awaiter::await_resume() const { check_raise(); }

}  // namespace rota::inline v0::detail
