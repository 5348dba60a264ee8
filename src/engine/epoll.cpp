#include "epoll.hpp"

#include "file_calls.hpp"
#include "kernel_engine.hpp"
#include "kernel_message.hpp"

#include <rota/base/error.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace rota::inline v0::detail {
namespace {

/// Says that the operation has to wait; no result is this one.
constexpr std::int32_t must_wait = INT_MIN;

std::uint64_t to_word(handle_slot const& slot) noexcept { return std::uint64_t{slot.generation} << 32 | slot.index; }
io_handle from_word(std::uint64_t word) noexcept {
    return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
}
/// No slot's word: a slot's index ends long before.
constexpr std::uint64_t wake_word = ~std::uint64_t{0};

/// Each descriptor is registered once, edge-triggered, when something first has to wait for it: one call to epoll_ctl in
/// its life, and a second one of a datagram socket that finds no room. Between edges the slot remembers what the last calls
/// found, so that no call is made which must fail.
class epoll_engine final : public kernel_engine {
public:
    epoll_engine(engine_options const& options, std::string fallback_reason);
    ~epoll_engine() override { ::close(epoll_); }

    engine_kind kind() const noexcept override { return engine_kind::epoll; }
    wait_outcome wait(clock::time_point deadline) override;

private:
    bool start(handle_slot& slot, operation& op) noexcept override;
    void abandon(handle_slot&, operation& op) noexcept override { finish_later(op, -ECANCELED); }
    void forget(handle_slot& slot) noexcept override;
    void operation_left(handle_slot&) noexcept override {}
    file_start start_file(file_operation& op) noexcept override;
    // Those of its own end inside `start_file`.
    void abandon_file(file_operation&) noexcept override {}

    std::int32_t attempt(handle_slot& slot, operation& op) noexcept;
    std::int32_t attempt_accept(handle_slot& slot, accept_operation& op) noexcept;
    static std::int32_t attempt_connect(handle_slot& slot, connect_operation& op) noexcept;
    static std::int32_t attempt_receive(handle_slot& slot, receive_operation& op) noexcept;
    static std::int32_t attempt_send(handle_slot& slot, send_operation& op) noexcept;
    static std::int32_t attempt_receive_from(handle_slot& slot, receive_from_operation& op) noexcept;
    static std::int32_t attempt_send_to(handle_slot& slot, send_to_operation& op) noexcept;
    static std::int32_t attempt_watch(handle_slot& slot, watch_operation& op) noexcept;

    std::int32_t expect_edges(handle_slot& slot, bool for_writing) noexcept;
    bool handle_event(epoll_event const& event) noexcept;
    bool serve(io_handle handle, operation_list handle_slot::* list, bool handle_slot::* ready) noexcept;
    int poll(clock::time_point deadline);

    int epoll_ = -1;
    bool has_pwait2_ = true;
    std::array<epoll_event, 256> events_{};
};

epoll_engine::epoll_engine(engine_options const& options, std::string fallback_reason) : kernel_engine(options) {
    fallback_reason_ = std::move(fallback_reason);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) throw_system_error(errno, "epoll_create1");
    // Edge-triggered as well, so that nobody has to read the counter back: each write is an edge.
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.u64 = wake_word;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_descriptor(), &event) < 0) {
        int const error = errno;
        ::close(epoll_);
        throw_system_error(error, "epoll_ctl");
    }
}

std::int32_t epoll_engine::expect_edges(handle_slot& slot, bool for_writing) noexcept {
    // A datagram socket would tell of room after each send: it is asked for that once it has had none.
    bool const of_room = for_writing || !slot.is_datagram;
    if (slot.registered && (slot.tells_of_room || !of_room)) return 0;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET;
    if (of_room) event.events |= EPOLLOUT;
    event.data.u64 = to_word(slot);
    // What became ready between the call that would have blocked and this one is reported as the first edge.
    if (epoll_ctl(epoll_, slot.registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, slot.descriptor, &event) < 0) return -errno;
    slot.registered = true;
    slot.tells_of_room = of_room;
    return 0;
}

// A registration lives as long as what the descriptor stands for, so with whoever else has that open.
void epoll_engine::forget(handle_slot& slot) noexcept {
    if (slot.registered && slot.is_shared) epoll_ctl(epoll_, EPOLL_CTL_DEL, slot.descriptor, nullptr);
}

[[gnu::always_inline]] inline std::int32_t epoll_engine::attempt_receive_from(handle_slot& slot,
                                                                              receive_from_operation& op) noexcept {
    for (;;) {
        auto const result =
            slot.is_datagram ? receive_datagram(slot.descriptor, op) : receive_message(slot.descriptor, op);
        if (result == -EINTR) continue;
        if (result != -EAGAIN) return result;
        slot.readable = false;
        return must_wait;
    }
}

[[gnu::always_inline]] inline std::int32_t epoll_engine::attempt_send_to(handle_slot& slot,
                                                                         send_to_operation& op) noexcept {
    for (;;) {
        auto const result = send_message(slot.descriptor, op);
        if (result == -EINTR) continue;
        if (result != -EAGAIN || goes_unwatched(op)) return result;
        slot.writable = false;
        return must_wait;
    }
}

bool epoll_engine::start(handle_slot& slot, operation& op) noexcept {
    if (op.code() == opcode::shutdown) {
        op.finish_at_once(shutdown_now(slot, op));
        return true;
    }
    auto& list = list_of(slot, op);
    bool const ready = &list == &slot.reading ? slot.readable : slot.writable;
    auto result = must_wait;
    if (ready && list.empty()) {
        // Not by way of `attempt`: after a call of the kernel each return is mispredicted.
        if (op.code() == opcode::receive_from)
            result = attempt_receive_from(slot, static_cast<receive_from_operation&>(op));
        else if (op.code() == opcode::send_to)
            result = attempt_send_to(slot, static_cast<send_to_operation&>(op));
        else
            result = attempt(slot, op);
    }
    if (result == must_wait) {
        auto const error = expect_edges(slot, &list == &slot.writing);
        if (error == 0) {
            if (op.stage == fresh) op.stage = waiting;
            list.push_back(op);
            count_kept(slot);
            return false;
        }
        op.stage = fresh;
        result = error;
    }
    op.finish_at_once(result);
    return true;
}

std::int32_t epoll_engine::attempt(handle_slot& slot, operation& op) noexcept {
    if (slot.is_socket) [[likely]] {
        if (op.code() == opcode::receive) return attempt_receive(slot, static_cast<receive_operation&>(op));
        if (op.code() == opcode::send) return attempt_send(slot, static_cast<send_operation&>(op));
    }
    if (op.code() == opcode::receive_from) return attempt_receive_from(slot, static_cast<receive_from_operation&>(op));
    if (op.code() == opcode::send_to) return attempt_send_to(slot, static_cast<send_to_operation&>(op));
    if (goes_by_readiness(slot, op)) {
        auto const result = attempt_by_call(slot, op);
        if (result != -EAGAIN) return result;
        (&list_of(slot, op) == &slot.reading ? slot.readable : slot.writable) = false;
        return must_wait;
    }
    switch (op.code()) {
        case opcode::accept: return attempt_accept(slot, static_cast<accept_operation&>(op));
        case opcode::connect: return attempt_connect(slot, static_cast<connect_operation&>(op));
        case opcode::watch: return attempt_watch(slot, static_cast<watch_operation&>(op));
        default: return -EINVAL;
    }
}

kernel_engine::file_start epoll_engine::start_file(file_operation& op) noexcept {
    // What lies in the kernel's cache needs no thread.
    if (op.code() != opcode::read_at) return file_start::by_pool;
    auto const count = read_cached(static_cast<read_at_operation&>(op));
    if (count <= 0) return file_start::by_pool;
    op.finish_at_once(count);
    return file_start::finished;
}

std::int32_t epoll_engine::attempt_watch(handle_slot& slot, watch_operation& op) noexcept {
    auto const result = read_watch(op, slot.descriptor);
    if (result != -EAGAIN) return result;
    slot.readable = false;
    return must_wait;
}

std::int32_t epoll_engine::attempt_accept(handle_slot& slot, accept_operation& op) noexcept {
    for (;;) {
        int const descriptor = ::accept4(slot.descriptor, static_cast<sockaddr*>(op.peer.raw()),
                                         op.peer.raw_length_to_fill(), SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) return adopt_accepted(op, descriptor);
        // A connection that went away while it was queued is no news to anybody.
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno != EAGAIN) return -errno;
        slot.readable = false;
        return must_wait;
    }
}

std::int32_t epoll_engine::attempt_connect(handle_slot& slot, connect_operation& op) noexcept {
    if (op.stage != connecting) {
        auto const* const address = static_cast<sockaddr const*>(op.to.raw());
        if (::connect(slot.descriptor, address, op.to.raw_length()) == 0) return 0;
        if (errno != EINPROGRESS && errno != EINTR) return -errno;
        op.stage = connecting;
        slot.writable = false;
        return must_wait;
    }
    // Asked again it tells how it went; only then does the kernel refuse to connect it once more.
    if (::connect(slot.descriptor, static_cast<sockaddr const*>(op.to.raw()), op.to.raw_length()) == 0) return 0;
    if (errno == EISCONN) return 0;
    if (errno != EALREADY && errno != EINTR) return -errno;
    slot.writable = false;
    return must_wait;
}

std::int32_t epoll_engine::attempt_receive(handle_slot& slot, receive_operation& op) noexcept {
    auto const room = std::min<std::size_t>(op.length, INT_MAX);
    for (;;) {
        auto const count = ::recv(slot.descriptor, op.buffer, room, 0);
        if (count >= 0) {
            if (static_cast<std::size_t>(count) < room && count != 0 && slot.short_read_empties) slot.readable = false;
            return static_cast<std::int32_t>(count);
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return -errno;
        slot.readable = false;
        return must_wait;
    }
}

std::int32_t epoll_engine::attempt_send(handle_slot& slot, send_operation& op) noexcept {
    auto const bytes = std::min<std::size_t>(op.length, INT_MAX);
    for (;;) {
        auto const count = ::send(slot.descriptor, op.data, bytes, MSG_NOSIGNAL);
        if (count >= 0) {
            if (static_cast<std::size_t>(count) < bytes) slot.writable = false;
            return static_cast<std::int32_t>(count);
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return -errno;
        slot.writable = false;
        return must_wait;
    }
}

bool epoll_engine::serve(io_handle handle, operation_list handle_slot::* list, bool handle_slot::* ready) noexcept {
    bool any = false;
    // Looked up again each time round: the owner that was called may have closed the handle.
    while (auto* const slot = handles_.find(handle)) {
        auto* const op = (slot->*list).front();
        if (!op || !(slot->*ready)) break;
        auto const result = attempt(*slot, *op);
        if (result == must_wait) break;
        complete(*op, result);
        any = true;
    }
    return any;
}

bool epoll_engine::handle_event(epoll_event const& event) noexcept {
    // The wake-up's own event says nothing that the flag does not.
    if (event.data.u64 == wake_word) return false;
    auto const handle = from_word(event.data.u64);
    auto* const slot = handles_.find(handle);
    if (!slot) return false;
    constexpr std::uint32_t special = EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI;
    if ((event.events & special) != 0) slot->short_read_empties = false;
    if ((event.events & (EPOLLIN | special)) != 0) slot->readable = true;
    if ((event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) slot->writable = true;
    bool const read = serve(handle, &handle_slot::reading, &handle_slot::readable);
    bool const wrote = serve(handle, &handle_slot::writing, &handle_slot::writable);
    return read || wrote;
}

int epoll_engine::poll(clock::time_point deadline) {
    auto const sleep = time_to_sleep(deadline);
    int count = -1;
    if (has_pwait2_) {
        auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(sleep.value_or(clock::duration::zero()));
        timespec const timeout{seconds.count(), (sleep.value_or(seconds) - seconds).count()};
        count =
            epoll_pwait2(epoll_, events_.data(), static_cast<int>(events_.size()), sleep ? &timeout : nullptr, nullptr);
        // Sandboxes that do not know the call answer with EPERM.
        if (count < 0 && (errno == ENOSYS || errno == EPERM)) has_pwait2_ = false;
    }
    if (!has_pwait2_) {
        int timeout = -1;
        if (sleep)
            timeout = static_cast<int>(
                std::min<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(*sleep).count(), INT_MAX));
        count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout);
    }
    if (count < 0 && errno != EINTR) throw_system_error(errno, "epoll_wait");
    return std::max(count, 0);
}

wait_outcome epoll_engine::wait(clock::time_point deadline) {
    for (;;) {
        auto const count = static_cast<std::size_t>(poll(deadline));
        bool delivered = false;
        for (std::size_t index = 0; index != count; ++index) delivered |= handle_event(events_[index]);
        delivered |= take_own_work();
        if (delivered) return wait_outcome::events;
        if (has_passed(deadline)) return wait_outcome::deadline;
    }
}

}  // namespace

std::unique_ptr<engine> make_epoll_engine(engine_options const& options, std::string fallback_reason) {
    return std::make_unique<epoll_engine>(options, std::move(fallback_reason));
}

}  // namespace rota::inline v0::detail
