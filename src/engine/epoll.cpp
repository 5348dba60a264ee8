#include "epoll.hpp"

#include "file_calls.hpp"
#include "file_ring.hpp"
#include "kernel_engine.hpp"
#include "kernel_message.hpp"

#include "base/fetch_ahead.hpp"

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
/// More is received in the next turn, when the owners of this have had theirs: so it is still in the processor's cache when
/// they look at it, and the blocks it was in serve again.
constexpr std::size_t enough_received = std::size_t{128} * 1024;
/// So few connections are looked at in a turn for the same reason: with a thousand, 256 at once cost 5 % more a message and with
/// ten thousand 9 %, since who answers the first of them finds nothing of it in the cache any more.
constexpr std::size_t events_in_a_turn = 32;
/// No slot's word: a slot's index ends long before.
constexpr std::uint64_t wake_word = ~std::uint64_t{0};

/// Each descriptor is registered once, edge-triggered, when something first has to wait for it: one call to epoll_ctl in
/// its life, and a second one of a datagram socket that finds no room. Between edges the slot remembers what the last calls
/// found, so that no call is made which must fail.
class epoll_engine final : public kernel_engine {
public:
    /// Files go by a ring where `ring` says how to make one, and the kernel does.
    epoll_engine(engine_options const& options, ring_calls const* ring);
    ~epoll_engine() override { ::close(epoll_); }

    engine_kind kind() const noexcept override { return engine_kind::epoll; }
    wait_outcome wait(clock::time_point deadline) override;

private:
    bool start(handle_slot& slot, operation& op) noexcept override;
    void abandon(handle_slot&, operation& op) noexcept override { finish_later(op, -ECANCELED); }
    void forget(handle_slot& slot) noexcept override;
    void operation_left(handle_slot&) noexcept override {}
    file_start start_file(file_operation& op) noexcept override;
    void abandon_file(file_operation& op) noexcept override;

    std::int32_t attempt(handle_slot& slot, operation& op) noexcept;
    std::int32_t attempt_other(handle_slot& slot, operation& op) noexcept;
    std::int32_t attempt_accept(handle_slot& slot, accept_operation& op) noexcept;
    static std::int32_t attempt_connect(handle_slot& slot, connect_operation& op) noexcept;
    std::int32_t attempt_receive(handle_slot& slot, receive_operation& op) noexcept;
    static std::int32_t attempt_send(handle_slot& slot, send_operation& op) noexcept;
    static std::int32_t attempt_receive_from(handle_slot& slot, receive_from_operation& op) noexcept;
    static std::int32_t attempt_send_to(handle_slot& slot, send_to_operation& op) noexcept;
    static std::int32_t attempt_watch(handle_slot& slot, watch_operation& op) noexcept;

    std::int32_t expect_edges(handle_slot& slot, bool for_writing) noexcept;
    /// A new connection seldom has something to read before its reader has come: a try would be in vain. Where it has, the
    /// registration tells.
    static void expect_nothing_yet(handle_slot& slot) noexcept {
        if (!slot.registered) slot.readable = false;
    }
    handle_slot* slot_of(epoll_event const& event) noexcept { return handles_.find(from_word(event.data.u64)); }
    void fetch_next() noexcept;
    bool handle_event(epoll_event const& event) noexcept;
    bool serve(handle_slot& slot, io_handle handle, operation_list& list, bool const& ready) noexcept;
    int poll(clock::time_point deadline);
    bool reap_files() noexcept;

    int epoll_ = -1;
    bool has_pwait2_ = true;
    std::array<epoll_event, events_in_a_turn> events_{};
    /// Those that were not handled yet.
    std::size_t next_event_ = 0;
    std::size_t end_of_events_ = 0;
    /// Bytes received by this wait.
    std::size_t received_ = 0;
    std::optional<file_ring> files_;
};

epoll_engine::epoll_engine(engine_options const& options, ring_calls const* ring) : kernel_engine(options) {
    if (ring != nullptr) {
        try {
            files_.emplace(*ring, options.ring_entries, wake_descriptor());
            arrived_ = files_->ring().completed();
            reaped_ = *arrived_;
            flags_ = files_->ring().flags();
            flag_mask_ = uring_ring::news;
        } catch (system_error const& refused) {
            fallback_reason_ = refused.what();
        }
    }
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

// Inline, these and their callers: after a call of the kernel each return is mispredicted.
[[gnu::always_inline]] inline std::int32_t epoll_engine::attempt_receive(handle_slot& slot,
                                                                         receive_operation& op) noexcept {
    auto const room = std::min<std::size_t>(op.length(), INT_MAX);
    void* const into = op.buffer();
    if (into == nullptr) return -ENOMEM;
    for (;;) {
        auto const count = ::recv(slot.descriptor, into, room, 0);
        if (count >= 0) {
            if (static_cast<std::size_t>(count) < room && count != 0 && slot.short_read_empties) slot.readable = false;
            received_ += static_cast<std::size_t>(count);
            return static_cast<std::int32_t>(count);
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return -errno;
        op.give_back();
        slot.readable = false;
        return must_wait;
    }
}

[[gnu::always_inline]] inline std::int32_t epoll_engine::attempt_send(handle_slot& slot, send_operation& op) noexcept {
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

[[gnu::always_inline]] inline std::int32_t epoll_engine::attempt(handle_slot& slot, operation& op) noexcept {
    if (slot.is_socket) [[likely]] {
        if (op.code() == opcode::receive) return attempt_receive(slot, static_cast<receive_operation&>(op));
        if (op.code() == opcode::send) return attempt_send(slot, static_cast<send_operation&>(op));
    }
    if (op.code() == opcode::receive_from) return attempt_receive_from(slot, static_cast<receive_from_operation&>(op));
    if (op.code() == opcode::send_to) return attempt_send_to(slot, static_cast<send_to_operation&>(op));
    return attempt_other(slot, op);
}

bool epoll_engine::start(handle_slot& slot, operation& op) noexcept {
    if (op.code() == opcode::shutdown) {
        op.finish_at_once(shutdown_now(slot, op));
        return true;
    }
    auto& list = list_of(slot, op);
    bool const ready = &list == &slot.reading ? slot.readable : slot.writable;
    auto result = must_wait;
    if (ready && list.empty()) result = attempt(slot, op);
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

std::int32_t epoll_engine::attempt_other(handle_slot& slot, operation& op) noexcept {
    if (goes_by_readiness(slot, op)) {
        auto const result = attempt_by_call(slot, op);
        if (result > 0 && op.code() == opcode::receive) received_ += static_cast<std::size_t>(result);
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
    // What lies in the kernel's cache needs neither ring nor thread.
    if (op.code() == opcode::read_at) {
        auto const count = read_cached(static_cast<read_at_operation&>(op));
        if (count > 0) {
            op.finish_at_once(count);
            return file_start::finished;
        }
    }
    if (!files_ || !goes_by_ring(op)) return file_start::by_pool;
    if (files_->start(op)) return file_start::kept;
    op.finish_at_once(-ENOMEM);
    return file_start::finished;
}

// Those on the pool are its own to end, and without a ring there are no others.
void epoll_engine::abandon_file(file_operation& op) noexcept {
    if (!files_) return;
    files_->cancel(op);
    woken_.store(true, std::memory_order_relaxed);
}

bool epoll_engine::reap_files() noexcept {
    bool any = false;
    files_->reap(reaped_, [&](operation& op, std::int32_t result) {
        complete(op, result);
        any = true;
    });
    return any;
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
        if (descriptor >= 0) {
            auto const result = adopt_accepted(op, descriptor);
            if (result == 0) expect_nothing_yet(*handles_.find(op.accepted));
            return result;
        }
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
        expect_nothing_yet(slot);
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

bool epoll_engine::serve(handle_slot& slot, io_handle handle, operation_list& list, bool const& ready) noexcept {
    bool any = false;
    while (auto* const op = list.front()) {
        // The owner that was called may have closed the handle: then these are another's, or end by the close.
        if (!ready || (any && handles_.find(handle) != &slot)) break;
        auto const result = attempt(slot, *op);
        if (result == must_wait) break;
        complete(*op, result);
        any = true;
    }
    return any;
}

// While the kernel works on one event what the next ones need is on its way: of thousands of connections nothing is in the cache.
[[gnu::always_inline]] inline void epoll_engine::fetch_next() noexcept {
    auto const left = end_of_events_ - next_event_;
    if (left > 2) fetch_ahead(handles_.place_of(from_word(events_[next_event_ + 2].data.u64)), 1);
    if (left > 1)
        if (auto const* const slot = slot_of(events_[next_event_ + 1])) fetch_around(slot->reading.front());
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
    bool const read = serve(*slot, handle, slot->reading, slot->readable);
    if (handles_.find(handle) != slot || slot->writing.empty()) return read;
    bool const wrote = serve(*slot, handle, slot->writing, slot->writable);
    return read || wrote;
}

int epoll_engine::poll(clock::time_point deadline) {
    auto sleep = time_to_sleep(deadline);
    // Nobody waits for anything: what happens to descriptors meanwhile is kept by the kernel, and a wake-up is in memory.
    if (pending_ == 0 && sleep == clock::duration::zero()) return 0;
    if (files_) {
        files_->turn();
        using namespace std::chrono_literals;
        if (reaped_ != __atomic_load_n(arrived_, __ATOMIC_ACQUIRE))
            sleep = 0ns;
        else if (files_->wants_turn())
            sleep = std::min(sleep.value_or(1ms), clock::duration(1ms));
    }
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
        if (next_event_ == end_of_events_) {
            next_event_ = end_of_events_ = 0;
            end_of_events_ = static_cast<std::size_t>(poll(deadline));
        }
        received_ = 0;
        bool delivered = false;
        while (next_event_ != end_of_events_ && received_ < enough_received) {
            fetch_next();
            delivered |= handle_event(events_[next_event_++]);
        }
        if (files_) {
            files_->turn();
            delivered |= reap_files();
        }
        delivered |= take_own_work();
        // So that `peek` tells of the others.
        if (next_event_ != end_of_events_) woken_.store(true, std::memory_order_relaxed);
        if (delivered) return wait_outcome::events;
        if (has_passed(deadline)) return wait_outcome::deadline;
    }
}

}  // namespace

std::unique_ptr<engine> make_epoll_engine(engine_options const& options) {
    return std::make_unique<epoll_engine>(options, nullptr);
}

std::unique_ptr<engine> make_automatic_engine(engine_options const& options, ring_calls const& calls) {
    return std::make_unique<epoll_engine>(options, &calls);
}

}  // namespace rota::inline v0::detail
