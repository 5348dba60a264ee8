// What is behind a stream: the transport, the buffer, who waits, and the operations under way.
#pragma once

#include "read_buffer.hpp"

#include <rota/base/frame_pool.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/stream_awaiter.hpp>
#include <rota/engine/operation.hpp>
#include <rota/io/stream.hpp>
#include <rota/io/transport.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

/// An operation of a stream, and whose it is.
template <class Operation>
struct stream_operation : Operation {
    template <class... Args>
    explicit stream_operation(stream_state& of, Args&&... args) : Operation(std::forward<Args>(args)...), owner(&of) {}
    stream_state* owner;
};

/// What a failed transfer's result says; an open stream whose handle is not good was cut off by the handle's owner.
constexpr int transfer_error(std::int32_t result) noexcept { return result == -EBADF ? ECONNABORTED : -result; }

/// Room for one after the other of them, each of one of the kinds.
template <class... Operations>
class operation_place {
public:
    template <class Operation, class... Args>
    stream_operation<Operation>& emplace(Args&&... args) noexcept {
        static_assert((std::is_same_v<Operation, Operations> || ...));
        static_assert(std::is_trivially_destructible_v<stream_operation<Operation>>);
        auto* const made = ::new (static_cast<void*>(room_)) stream_operation<Operation>(std::forward<Args>(args)...);
        last_ = made;
        return *made;
    }
    template <class Operation>
    stream_operation<Operation>& get() const noexcept {
        return static_cast<stream_operation<Operation>&>(*last_);
    }
    operation& operator*() const noexcept { return *last_; }
    operation* operator->() const noexcept { return last_; }

private:
    alignas(stream_operation<Operations>...) std::byte room_[std::max({sizeof(stream_operation<Operations>)...})];
    operation* last_ = nullptr;
};

/// Goes on with a transfer in a later turn, where the transport is always ready and others must have their turn too.
class transfer_turn final : public callback_node {
public:
    enum way : std::uint8_t { read = 1, write = 2 };
    explicit transfer_turn(stream_state& of) noexcept : owner_(&of) {}

    void queue(way which) noexcept;

    void call() override;
    void discard() noexcept override {}

private:
    void destroy() noexcept override;

    stream_state* owner_;
    std::uint8_t due_ = 0;
    bool queued_ = false;
};

struct stream_state : stream_block {
    stream_state(std::unique_ptr<transport> over, stream_options const& with, scheduler& on) noexcept
        : via(std::move(over)), home(&on), options(with) {}
    stream_state(stream_state const&) = delete;
    stream_state& operator=(stream_state const&) = delete;

    static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
    static void operator delete(void* block, std::size_t size) noexcept { frame_pool::release(block, size); }

    void require_own_loop(task_state const& task) const;
    std::string peer() const { return via ? via->peer_name() : std::string("a stream without a transport"); }

    // Reading.
    bool begin_read(read_awaiter& asking);
    bool cancel_read() noexcept;
    read_awaiter::verdict judge(read_awaiter const& asking) noexcept;
    std::exception_ptr read_failure(read_awaiter const& asking);
    bool read_on(std::int32_t& tries) noexcept;
    void read_turn() noexcept;

    // Writing.
    bool begin_write(write_awaiter& asking);
    bool cancel_write(write_awaiter& asking) noexcept;
    std::exception_ptr write_failure(write_awaiter const& asking) const;
    void write_on(std::int32_t& tries) noexcept;
    void write_turn() noexcept;

    // Closing.
    bool begin_close(close_awaiter* asking) noexcept;
    void close_now() noexcept;
    /// The last handle goes.
    void drop() noexcept;

    // In the order of what a message touches: with thousands of streams each line of the processor's cache less is felt.
    bool closed = false;
    bool ended = false;  // the peer's end has come
    bool write_ended = false;
    bool read_pending = false;
    bool write_pending = false;
    bool close_pending = false;
    bool direct = false;           // what the reader gets is in its own memory already
    bool read_ran_short = false;   // of memory: this read fails, the next one goes on where it was
    bool write_ran_short = false;  // the same of a write
    std::unique_ptr<transport> via;
    scheduler* home;

    read_awaiter* reader = nullptr;
    std::size_t next_receive = receive_blocks::smallest;
    std::size_t searched = 0;  // up to here the buffer holds no separator
    std::size_t count = 0;     // how many bytes the reader gets
    read_buffer buffer;
    operation_place<receive_operation> receiving;
    stream_options options;

    int read_error = 0;
    int write_error = 0;
    std::size_t broken_size = 0;  // not 0: a write of that size was cancelled half-way
    std::size_t broken_sent = 0;
    intrusive_list<write_awaiter> writers;
    operation_place<send_operation, shutdown_operation> sending;

    intrusive_list<close_awaiter> closers;
    operation_place<close_operation> closing;
    transfer_turn next_turn{*this};

private:
    static constexpr std::size_t worth_direct = std::size_t{16} * 1024;

    bool start_receive() noexcept;
    void take_in(std::int32_t result) noexcept;
    static void received(operation& op) noexcept;

    bool start_send(write_awaiter& first) noexcept;
    bool start_next(write_awaiter& first) noexcept;
    void take_sent(write_awaiter& first, std::int32_t result) noexcept;
    void conclude(write_awaiter& first, write_awaiter::verdict how) noexcept;
    bool may_write() const noexcept { return !closed && write_error == 0 && broken_size == 0; }
    bool is_complete(write_awaiter const& asking) const noexcept;
    void give_up(write_awaiter& half_way) noexcept;
    void keep_how_far_it_got(write_awaiter const& half_way) noexcept;
    static void written(operation& op) noexcept;

    void fail_waiters() noexcept;
    static void close_done(operation& op) noexcept;
};

}  // namespace rota::inline v0::detail
