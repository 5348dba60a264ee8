// Files by io_uring, beside an engine whose sockets wait on something else.
#pragma once

#include "handle_table.hpp"
#include "uring_outbox.hpp"

#include <rota/engine/file_operation.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace rota::inline v0::detail {

/// Whether a ring does it: not what the kernel would only put on a thread of its own, nor what not each kernel has; and not
/// a write to where the file stands: a pipe that nobody reads raises SIGPIPE, which the threads of the pool have blocked.
bool goes_by_ring(file_operation const& op) noexcept;
/// As an entry of a ring, but for what it carries.
void prepare_for_ring(io_uring_sqe& entry, file_operation& op) noexcept;

/// A ring for files alone. When something has completed it writes to an eventfd, on which the engine waits.
class file_ring final : uring_outbox::owner {
public:
    /// Throws `rota::system_error` where the kernel gives none.
    file_ring(ring_calls const& calls, std::uint32_t entries, int event);

    /// False: memory is short.
    bool start(file_operation& op) noexcept;
    /// Asks for its end, which comes by `turn` and `reap`.
    void cancel(file_operation& op) noexcept { outbox_.cancel(op); }

    /// Tells the kernel what it does not know yet, and has it put completions where `reap` finds them. Throws
    /// `rota::system_error` where the ring will not serve again.
    void turn();
    /// `turn` has something to do. Still so behind it: the kernel could not do all, and is to be asked again soon.
    bool wants_turn() const noexcept {
        return !outbox_.empty() || io_uring_sq_ready(ring().get()) != 0 || ring().has_news();
    }

    /// Calls `complete(operation, result)` for each that has ended.
    template <class Complete>
    void reap(std::uint32_t& reaped, Complete&& complete) noexcept {
        operation_list withdrawn;
        withdrawn.splice_back(withdrawn_);
        while (auto* const op = withdrawn.front()) {
            --under_way_;
            complete(*op, -ECANCELED);
        }
        outbox_.reap(reaped, [&](std::uint64_t data, std::int32_t result, std::uint32_t) {
            if (data == uring_outbox::of_cancel) return;
            auto& op = uring_outbox::operation_of(data);
            if (is_to_be_asked_again(op, result)) return;
            --under_way_;
            complete(op, result);
        });
    }

    uring_ring const& ring() const noexcept { return outbox_.ring(); }

private:
    void prepare(io_uring_sqe& entry, operation& op) noexcept override;
    void withdraw(operation& op) noexcept override { withdrawn_.push_back(op); }
    bool is_to_be_asked_again(operation& op, std::int32_t& result) noexcept;

    uring_outbox outbox_;
    operation_list withdrawn_;
    std::size_t under_way_ = 0;
};

}  // namespace rota::inline v0::detail
