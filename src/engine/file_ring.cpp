#include "file_ring.hpp"

#include "file_calls.hpp"
#include "operation_stage.hpp"
#include "sanitizer.hpp"

#include <rota/base/error.hpp>

#include <fcntl.h>

#include <cerrno>

namespace rota::inline v0::detail {

bool goes_by_ring(file_operation const& op) noexcept {
    if (op.code() == opcode::write_at) return static_cast<write_at_operation const&>(op).offset != at_current_position;
    return op.code() != opcode::file_call;
}

void prepare_for_ring(io_uring_sqe& entry, file_operation& op) noexcept {
    switch (op.code()) {
        case opcode::open_file: {
            auto const& open = static_cast<open_file_operation const&>(op);
            io_uring_prep_openat(&entry, AT_FDCWD, open.path, kernel_flags(open.flags), open.permissions);
            break;
        }
        case opcode::read_at: {
            auto const& read = static_cast<read_at_operation const&>(op);
            io_uring_prep_read(&entry, op.descriptor, read.buffer, transfer_size(read.length), read.offset);
            break;
        }
        case opcode::write_at: {
            auto const& write = static_cast<write_at_operation const&>(op);
            io_uring_prep_write(&entry, op.descriptor, write.data, transfer_size(write.length), write.offset);
            break;
        }
        case opcode::sync_file: {
            bool const data_only = static_cast<sync_file_operation const&>(op).data_only;
            io_uring_prep_fsync(&entry, op.descriptor, data_only ? IORING_FSYNC_DATASYNC : 0);
            break;
        }
        default: io_uring_prep_nop(&entry); break;
    }
}

file_ring::file_ring(ring_calls const& calls, std::uint32_t entries, int event) : outbox_(calls, entries, *this) {
    if (int const result = io_uring_register_eventfd(outbox_.ring().get(), event); result < 0)
        throw_system_error(-result, "io_uring_register", "IORING_REGISTER_EVENTFD");
}

void file_ring::prepare(io_uring_sqe& entry, operation& op) noexcept {
    prepare_for_ring(entry, static_cast<file_operation&>(op));
}

bool file_ring::start(file_operation& op) noexcept {
    if (!outbox_.make_room(under_way_)) return false;
    outbox_.put(op);
    ++under_way_;
    return true;
}

void file_ring::turn() {
    if (!wants_turn()) return;
    int result = outbox_.tell();
    if (result == 0) result = outbox_.calls().submit_and_poll(outbox_.ring().get());
    // The kernel lacks memory, or has completions it found no room for: `reap` makes some.
    if (result >= 0 || result == -EINTR || result == -EAGAIN || result == -EBUSY) return;
    throw_system_error(-result, "io_uring_enter",
                       result == -EEXIST ? "(an engine belongs to the thread that first ran it)" : "");
}

bool file_ring::is_to_be_asked_again(operation& op, std::int32_t& result) noexcept {
    if (result == -EINTR || result == -EAGAIN) {
        if (op.stage != operation_stage::cancelling) {
            outbox_.put(op);
            return true;
        }
        result = -ECANCELED;
    }
    if (result > 0 && op.code() == opcode::read_at)
        kernel_wrote(static_cast<read_at_operation&>(op).buffer, static_cast<std::size_t>(result));
    return false;
}

}  // namespace rota::inline v0::detail
