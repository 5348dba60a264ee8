// What the kernel is to be told through a ring, in the order it came.
#pragma once

#include "uring_ring.hpp"

#include "base/fetch_ahead.hpp"

#include <rota/engine/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rota::inline v0::detail {

/// Operations go to the outbox first and into the ring when the kernel is asked, as many enters as it takes: a ring of any
/// size serves any number of them.
///
/// An entry is an operation's address, odd where it is to be cancelled. What has an entry is never dereferenced for a
/// cancel: it may have completed meanwhile. Should a new operation live at the same address, its own entry comes later, so
/// that the kernel finds nothing to cancel.
class uring_outbox {
public:
    /// What completions carry that belong to no operation: that of a cancel is 0, and the owner has words of its own below
    /// where operations can be.
    static constexpr std::uint64_t of_cancel = 0;

    /// Who fills the entries.
    class owner {
    public:
        virtual void prepare(io_uring_sqe& entry, operation& op) noexcept = 0;
        /// It was cancelled before the kernel was told of it.
        virtual void withdraw(operation& op) noexcept = 0;

    protected:
        ~owner() = default;
    };

    uring_outbox(ring_calls const& calls, std::uint32_t entries, owner& of)
        : calls_(calls), ring_(calls, entries), owner_(of) {}

    /// For one more of `pending` operations, and a cancel of each: those who cancel can not be told that memory ran out.
    bool make_room(std::size_t pending) noexcept;
    void put(operation& op) noexcept;
    /// One that the kernel may not know yet, or knows: it will complete.
    void cancel(operation& op) noexcept;
    bool empty() const noexcept { return entries_.empty(); }

    /// Moves entries into the ring; false where that is full before all are in.
    bool fill() noexcept;
    /// Tells the kernel all but the last ringful, which goes with the next enter. A negative errno: some is left for later.
    int tell() noexcept;

    uring_ring& ring() noexcept { return ring_; }
    uring_ring const& ring() const noexcept { return ring_; }
    ring_calls const& calls() const noexcept { return calls_; }

    /// Gives each completion to `take(data, result, flags)`, of those there are now: what completes meanwhile is for the next
    /// time, so that the owners called here get their turn.
    template <class Take>
    void reap(std::uint32_t& reaped, Take&& take) noexcept {
        auto const tail = __atomic_load_n(ring_.completed(), __ATOMIC_ACQUIRE);
        while (reaped != tail) {
            auto const& entry = ring_->cq.cqes[reaped & *ring_->cq.kring_mask];
            auto const data = entry.user_data;
            auto const result = entry.res;
            auto const flags = entry.flags;
            ++reaped;
            // What the next one's owner needs is on its way meanwhile.
            if (reaped != tail) fetch_around(pointer_of(ring_->cq.cqes[reaped & *ring_->cq.kring_mask].user_data));
            __atomic_store_n(ring_->cq.khead, reaped, __ATOMIC_RELEASE);
            take(data, result, flags);
        }
    }

    static std::uint64_t word_of(operation const& op) noexcept { return reinterpret_cast<std::uintptr_t>(&op); }
    static operation& operation_of(std::uint64_t word) noexcept { return *pointer_of(word); }

private:
    static operation* pointer_of(std::uint64_t word) noexcept {
        return reinterpret_cast<operation*>(static_cast<std::uintptr_t>(word));
    }

    ring_calls const calls_;
    uring_ring ring_;
    std::vector<std::uintptr_t> entries_;
    owner& owner_;
};

}  // namespace rota::inline v0::detail
