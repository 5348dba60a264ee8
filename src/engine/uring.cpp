#include "uring.hpp"

#include "file_calls.hpp"
#include "file_ring.hpp"
#include "kernel_engine.hpp"
#include "kernel_message.hpp"
#include "sanitizer.hpp"
#include "uring_outbox.hpp"

#include <rota/base/error.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <new>

namespace rota::inline v0::detail {
namespace {

/// What the completion of the watch for wake-ups carries.
constexpr std::uint64_t of_wake = 1;

/// How many receives of datagrams at most go to the ring without a try before.
constexpr int most_untried = 31;

/// Operations go into the ring at the next wait. Of each direction of a slot the kernel is told of one operation at a time,
/// so that they are served in their order.
class uring_engine final : public kernel_engine, uring_outbox::owner {
public:
    uring_engine(engine_options const& options, ring_calls const& calls);

    engine_kind kind() const noexcept override { return engine_kind::uring; }
    wait_outcome wait(clock::time_point deadline) override;

private:
    bool start(handle_slot& slot, operation& op) noexcept override;
    void abandon(handle_slot& slot, operation& op) noexcept override;
    void operation_left(handle_slot& slot) noexcept override;
    file_start start_file(file_operation& op) noexcept override;
    void abandon_file(file_operation& op) noexcept override { give_up(op); }
    void give_up(operation& op) noexcept;

    int tell() noexcept;
    void prepare(io_uring_sqe& sqe, operation& op) noexcept override;
    void withdraw(operation& op) noexcept override { finish_later(op, -ECANCELED); }
    void watch_wake(io_uring_sqe& sqe) noexcept;

    /// Alone, a send by itself saves the enter that its completion would end; among others it goes with theirs.
    bool sends_at_once() const noexcept { return last_batch_ <= 1; }
    bool try_send(handle_slot const& slot, send_operation& op) noexcept;
    static bool try_send_to(handle_slot const& slot, send_to_operation& op) noexcept;
    static bool try_receive_from(handle_slot& slot, receive_from_operation& op) noexcept;

    int enter(clock::time_point deadline);
    void check(int result);
    bool reap() noexcept;
    bool take(std::uint64_t data, std::int32_t result, std::uint32_t flags) noexcept;
    bool finish_told(operation& op, std::int32_t result) noexcept;
    std::int32_t when_ready(operation& op, std::int32_t result) noexcept;

    uring_outbox outbox_;
    uring_ring& ring_ = outbox_.ring();
    ring_calls const& calls_ = outbox_.calls();
    /// How many operations the last wait completed.
    std::size_t last_batch_ = 0;
    int fruitless_ = 0;
    bool wake_watched_ = false;
};

uring_engine::uring_engine(engine_options const& options, ring_calls const& calls)
    : kernel_engine(options), outbox_(calls, options.ring_entries, *this) {
    arrived_ = ring_.completed();
    reaped_ = *arrived_;
    flags_ = ring_.flags();
    flag_mask_ = uring_ring::news;
}

bool uring_engine::start(handle_slot& slot, operation& op) noexcept {
    auto& list = list_of(slot, op);
    if (op.code() == opcode::shutdown) {
        // What was sent before must go before.
        if (auto const* const before = slot.writing.front(); before && before->stage == untold) {
            tell();
            calls_.submit(ring_.get());
        }
        op.finish_at_once(shutdown_now(slot, op));
        return true;
    }
    if (op.code() == opcode::send && slot.is_socket && list.empty() && sends_at_once() &&
        try_send(slot, static_cast<send_operation&>(op)))
        return true;
    if (op.code() == opcode::send_to) {
        auto& send = static_cast<send_to_operation&>(op);
        if ((goes_unwatched(send) || list.empty()) && try_send_to(slot, send)) return true;
    }
    if (op.code() == opcode::receive_from && slot.is_datagram && list.empty() &&
        try_receive_from(slot, static_cast<receive_from_operation&>(op)))
        return true;
    if (list.empty() && goes_by_readiness(slot, op)) {
        auto const result = attempt_by_call(slot, op);
        if (result != -EAGAIN) {
            op.finish_at_once(result);
            return true;
        }
    }
    // A receive of the ring's needs its buffer from the beginning.
    bool const lacks_buffer = op.code() == opcode::receive && !goes_by_readiness(slot, op) &&
                              static_cast<receive_operation&>(op).buffer() == nullptr;
    if (lacks_buffer || !outbox_.make_room(pending_)) {
        op.finish_at_once(-ENOMEM);
        return true;
    }
    op.stage = waiting;
    if (list.empty()) outbox_.put(op);
    list.push_back(op);
    count_kept(slot);
    return false;
}

bool uring_engine::try_send(handle_slot const& slot, send_operation& op) noexcept {
    auto const count =
        ::send(slot.descriptor, op.data, std::min<std::size_t>(op.length, INT_MAX), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    op.finish_at_once(count < 0 ? -errno : static_cast<std::int32_t>(count));
    return true;
}

bool uring_engine::try_send_to(handle_slot const& slot, send_to_operation& op) noexcept {
    for (;;) {
        auto const result = send_message(slot.descriptor, op);
        if (result == -EINTR) continue;
        if (result == -EAGAIN && !goes_unwatched(op)) return false;
        op.finish_at_once(result);
        return true;
    }
}

/// A call is cheaper than the ring where a datagram is there, and for nothing where none is: it is left out ever longer where
/// it finds none.
bool uring_engine::try_receive_from(handle_slot& slot, receive_from_operation& op) noexcept {
    if (slot.untried_left != 0) {
        --slot.untried_left;
        return false;
    }
    for (;;) {
        auto const result = receive_datagram(slot.descriptor, op);
        if (result == -EINTR) continue;
        if (result == -EAGAIN) {
            slot.untried = static_cast<std::uint8_t>(std::min(2 * slot.untried + 1, most_untried));
            slot.untried_left = slot.untried;
            return false;
        }
        slot.untried = 0;
        op.finish_at_once(result);
        return true;
    }
}

void uring_engine::abandon(handle_slot&, operation& op) noexcept { give_up(op); }

void uring_engine::give_up(operation& op) noexcept {
    if (op.stage == waiting) return finish_later(op, -ECANCELED);
    outbox_.cancel(op);
    if (op.stage == withdrawn) woken_.store(true, std::memory_order_relaxed);
}

kernel_engine::file_start uring_engine::start_file(file_operation& op) noexcept {
    if (!goes_by_ring(op)) return file_start::by_pool;
    if (!outbox_.make_room(pending_)) {
        op.finish_at_once(-ENOMEM);
        return file_start::finished;
    }
    outbox_.put(op);
    return file_start::kept;
}

void uring_engine::operation_left(handle_slot& slot) noexcept {
    for (auto* list : {&slot.reading, &slot.writing})
        if (auto* const next = list->front(); next && next->stage == waiting) outbox_.put(*next);
}

void uring_engine::prepare(io_uring_sqe& sqe, operation& op) noexcept {
    auto* const slot = op.handle() ? &handles_.at(op.handle().slot) : nullptr;
    int const descriptor = slot ? slot->descriptor : -1;
    if (slot && goes_by_readiness(*slot, op)) {
        // A read of the ring's answers EAGAIN where the descriptor is non-blocking, and takes a thread where it is not.
        io_uring_prep_poll_add(&sqe, descriptor, &list_of(*slot, op) == &slot->reading ? POLLIN : POLLOUT);
        return;
    }
    switch (op.code()) {
        case opcode::accept: {
            auto& peer = static_cast<accept_operation&>(op).peer;
            io_uring_prep_accept(&sqe, descriptor, static_cast<sockaddr*>(peer.raw()), peer.raw_length_to_fill(),
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
            break;
        }
        case opcode::connect: {
            auto const& to = static_cast<connect_operation&>(op).to;
            io_uring_prep_connect(&sqe, descriptor, static_cast<sockaddr const*>(to.raw()), to.raw_length());
            break;
        }
        case opcode::receive: {
            auto& receive = static_cast<receive_operation&>(op);
            io_uring_prep_recv(&sqe, descriptor, receive.buffer(), std::min<std::size_t>(receive.length(), INT_MAX), 0);
            break;
        }
        case opcode::send: {
            auto& send = static_cast<send_operation&>(op);
            io_uring_prep_send(&sqe, descriptor, send.data, std::min<std::size_t>(send.length, INT_MAX), MSG_NOSIGNAL);
            break;
        }
        case opcode::receive_from: {
            auto* const message = prepare_message(static_cast<receive_from_operation&>(op));
            io_uring_prep_recvmsg(&sqe, descriptor, message, 0);
            break;
        }
        case opcode::send_to:
            // Not sendmsg: Linux 6.18 at least, asked again when a Unix socket's queue was full, sends it empty.
            io_uring_prep_poll_add(&sqe, descriptor, POLLOUT);
            break;
        case opcode::watch: io_uring_prep_poll_add(&sqe, descriptor, POLLIN); break;
        case opcode::open_file:
        case opcode::read_at:
        case opcode::write_at:
        case opcode::sync_file: prepare_for_ring(sqe, static_cast<file_operation&>(op)); break;
        case opcode::shutdown:
        case opcode::poll:
        case opcode::file_call:
        case opcode::close:
        case opcode::blocking: io_uring_prep_nop(&sqe); break;
    }
}

void uring_engine::watch_wake(io_uring_sqe& sqe) noexcept {
    // Nobody reads the counter back: a multishot poll reports each write.
    io_uring_prep_poll_multishot(&sqe, wake_descriptor(), POLLIN);
    io_uring_sqe_set_data64(&sqe, of_wake);
    wake_watched_ = true;
}

int uring_engine::tell() noexcept {
    if (int const result = ring_.enable(); result < 0) return result;
    if (!wake_watched_) {
        auto* entry = io_uring_get_sqe(ring_.get());
        if (!entry) {
            if (int const result = calls_.submit(ring_.get()); result < 0) return result;
            entry = io_uring_get_sqe(ring_.get());
        }
        if (entry) watch_wake(*entry);
    }
    return outbox_.tell();
}

int uring_engine::enter(clock::time_point deadline) {
    if (int const result = tell(); result < 0 && result != -EINTR) return result;
    auto const sleep = time_to_sleep(deadline);
    if (reaped_ != __atomic_load_n(arrived_, __ATOMIC_ACQUIRE) || (sleep && *sleep == clock::duration::zero())) {
        if (io_uring_sq_ready(ring_.get()) == 0 && !ring_.has_news()) return 0;
        return calls_.submit_and_poll(ring_.get());
    }
    io_uring_cqe* first = nullptr;
    if (!sleep) return calls_.submit_and_wait(ring_.get(), &first, 1, nullptr, nullptr);
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(*sleep);
    __kernel_timespec timeout{seconds.count(), (*sleep - seconds).count()};
    return calls_.submit_and_wait(ring_.get(), &first, 1, &timeout, nullptr);
}

/// Throws where the ring will not serve again.
void uring_engine::check(int result) {
    switch (-result) {
        case ETIME:
        case EINTR: return;
        case EAGAIN:
        case EBUSY: {
            // The kernel lacks memory or has completions it found no room for: taking those is what helps.
            if (int const polled = io_uring_get_events(ring_.get()); polled < 0 && polled != -EINTR) result = polled;
            if (reaped_ != __atomic_load_n(arrived_, __ATOMIC_ACQUIRE)) {
                fruitless_ = 0;
                return;
            }
            constexpr int patience = 1000;
            if (++fruitless_ > patience) break;
            timespec const moment{0, 1'000'000};
            nanosleep(&moment, nullptr);
            return;
        }
        case EEXIST:
            throw_system_error(EEXIST, "io_uring_enter", "(an engine belongs to the thread that first ran it)");
        default: break;
    }
    throw_system_error(-result, "io_uring_enter");
}

wait_outcome uring_engine::wait(clock::time_point deadline) {
    for (;;) {
        if (int const result = enter(deadline); result < 0)
            check(result);
        else
            fruitless_ = 0;
        bool delivered = reap();
        delivered |= take_own_work();
        if (delivered) return wait_outcome::events;
        if (has_passed(deadline)) return wait_outcome::deadline;
    }
}

bool uring_engine::reap() noexcept {
    std::size_t count = 0;
    outbox_.reap(reaped_, [&](std::uint64_t data, std::int32_t result, std::uint32_t flags) {
        if (take(data, result, flags)) ++count;
    });
    last_batch_ = count;
    return count != 0;
}

bool uring_engine::take(std::uint64_t data, std::int32_t result, std::uint32_t flags) noexcept {
    if (data == uring_outbox::of_cancel) return false;
    if (data == of_wake) {
        if ((flags & IORING_CQE_F_MORE) == 0) {
            // The poll has ended; a new one would see the same writes again.
            std::uint64_t writes = 0;
            [[maybe_unused]] auto const count = ::read(wake_descriptor(), &writes, sizeof writes);
            wake_watched_ = false;
        }
        return false;
    }
    return finish_told(uring_outbox::operation_of(data), result);
}

/// Does by a call what the kernel has only said to be ready; -EAGAIN: it is not any more.
std::int32_t uring_engine::when_ready(operation& op, std::int32_t result) noexcept {
    if (result < 0 || !op.handle()) return result;
    auto const& slot = handles_.at(op.handle().slot);
    if (op.code() == opcode::watch) return read_watch(static_cast<watch_operation&>(op), slot.descriptor);
    if (op.code() == opcode::send_to) {
        bool const sent = op.stage != cancelling && try_send_to(slot, static_cast<send_to_operation&>(op));
        return sent ? op.result() : -EAGAIN;
    }
    return goes_by_readiness(slot, op) ? attempt_by_call(slot, op) : result;
}

bool uring_engine::finish_told(operation& op, std::int32_t result) noexcept {
    result = when_ready(op, result);
    // That a Unix server's queue is full is an answer: asked again at once the ring would give it for ever.
    bool const full = result == -EAGAIN && op.code() == opcode::connect && op.stage != cancelling;
    bool const interrupted = result == -EINTR || (result == -EAGAIN && !full) ||
                             // What an accept says of a listening socket that is being closed.
                             (result == -EINVAL && op.code() == opcode::accept && op.stage == cancelling);
    // A connection that went away while it was queued is no news to anybody.
    if (interrupted || (op.code() == opcode::accept && result == -ECONNABORTED)) {
        if (op.stage != cancelling) {
            outbox_.put(op);
            return false;
        }
        result = -ECANCELED;
    }
    if (result >= 0 && op.code() == opcode::accept) result = adopt_accepted(static_cast<accept_operation&>(op), result);
    if (result > 0 && op.code() == opcode::receive)
        kernel_wrote(static_cast<receive_operation&>(op).buffer(), static_cast<std::size_t>(result));
    if (result >= 0 && op.code() == opcode::receive_from) {
        auto& receive = static_cast<receive_from_operation&>(op);
        take_message(receive);
        kernel_wrote(receive.buffer, static_cast<std::size_t>(result));
    }
    if (result > 0 && op.code() == opcode::read_at)
        kernel_wrote(static_cast<read_at_operation&>(op).buffer, static_cast<std::size_t>(result));
    complete(op, result);
    return true;
}

}  // namespace

std::unique_ptr<engine> make_uring_engine(engine_options const& options, ring_calls const& calls) {
    return std::make_unique<uring_engine>(options, calls);
}

}  // namespace rota::inline v0::detail
