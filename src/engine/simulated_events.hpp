// The simulated engine's clock and its heap of what is still to happen.
#pragma once

#include "simulated_decisions.hpp"

#include <rota/base/clock.hpp>
#include <rota/engine/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace rota::inline v0::simulation {

struct connection;
struct datagram;

/// Where an operation stands, kept in `operation::stage`.
enum class stage : std::uint8_t {
    idle,       ///< not submitted, or finished
    scheduled,  ///< in the heap: tried when due
    parked,     ///< waits for something to change; not in the heap
    decided,    ///< in the heap: has happened, its result is set
    cancelled,  ///< in the heap: withdrawn, nothing has happened
};

inline stage stage_of(operation const& op) noexcept { return static_cast<stage>(op.stage); }
inline void set_stage(operation& op, stage to) noexcept { op.stage = static_cast<std::uint8_t>(to); }

/// An operation is due, or something arrives at one end of a connection, or a datagram does somewhere.
struct event {
    clock::time_point due;
    std::uint64_t tie;
    std::uint64_t sequence;
    operation* op;
    std::shared_ptr<connection> arriving;
    std::uint8_t end;
    std::shared_ptr<datagram const> message{};
};

/// An operation has at most one event, and its place in the heap is reserved when it is submitted: nothing that happens
/// later can fail for want of memory.
class event_queue {
public:
    explicit event_queue(decisions& choices) noexcept : choices_(choices) {}

    clock::time_point now() const noexcept { return now_; }
    /// Never backwards.
    void advance(clock::time_point to) noexcept {
        if (to > now_) now_ = to;
    }

    /// Makes room for one more operation; false where memory is short.
    bool reserve_operation() noexcept;
    void release_operation() noexcept { --operations_; }

    void push(operation& op, clock::duration delay) noexcept;
    /// Moves an operation's event up to `delay` from now.
    void pull(operation& op, clock::duration delay) noexcept;
    /// False where memory is short.
    bool push_arrival(std::shared_ptr<connection> const& at, std::uint8_t end, clock::time_point due) noexcept;

    bool push_arrival(std::shared_ptr<datagram const> const& message, clock::time_point due) noexcept;

    bool empty() const noexcept { return heap_.empty(); }
    std::size_t size() const noexcept { return heap_.size(); }
    bool due() const noexcept { return !heap_.empty() && heap_.front().due <= now_; }
    clock::time_point next() const noexcept { return heap_.empty() ? clock::never() : heap_.front().due; }
    event pop() noexcept;

private:
    bool reserve(std::size_t count) noexcept;
    void insert(event&& made) noexcept;

    // Not zero, so that a default-constructed time point is not mistaken for now; round, so that traces read well.
    clock::time_point now_{std::chrono::seconds(1'000)};
    decisions& choices_;
    std::vector<event> heap_;
    std::uint64_t sequence_ = 0;
    std::size_t operations_ = 0;
    std::size_t arrivals_ = 0;
};

}  // namespace rota::inline v0::simulation
