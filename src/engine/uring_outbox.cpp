#include "uring_outbox.hpp"

#include "operation_stage.hpp"

#include <algorithm>
#include <new>

namespace rota::inline v0::detail {

bool uring_outbox::make_room(std::size_t pending) noexcept {
    auto const needed = entries_.size() + pending + 2;
    if (needed <= entries_.capacity()) return true;
    try {
        entries_.reserve(std::max(needed, 2 * entries_.capacity()));
        return true;
    } catch (std::bad_alloc const&) {
        return false;
    }
}

void uring_outbox::put(operation& op) noexcept {
    op.stage = operation_stage::untold;
    entries_.push_back(word_of(op));
}

void uring_outbox::cancel(operation& op) noexcept {
    if (op.stage == operation_stage::untold) {
        op.stage = operation_stage::withdrawn;
    } else if (op.stage == operation_stage::told) {
        op.stage = operation_stage::cancelling;
        entries_.push_back(word_of(op) | 1);
    }
}

bool uring_outbox::fill() noexcept {
    auto next = entries_.begin();
    bool room = true;
    for (; next != entries_.end(); ++next) {
        bool const is_cancel = (*next & 1) != 0;
        auto* const op = is_cancel ? nullptr : &operation_of(*next);
        if (op && op->stage == operation_stage::withdrawn) {
            owner_.withdraw(*op);
            continue;
        }
        auto* const entry = io_uring_get_sqe(ring_.get());
        if (!entry) {
            room = false;
            break;
        }
        if (op) {
            owner_.prepare(*entry, *op);
            io_uring_sqe_set_data64(entry, word_of(*op));
            op->stage = operation_stage::told;
        } else {
            io_uring_prep_cancel64(entry, *next & ~std::uintptr_t{1}, 0);
            io_uring_sqe_set_data64(entry, of_cancel);
            if (ring_.has(IORING_FEAT_CQE_SKIP)) io_uring_sqe_set_flags(entry, IOSQE_CQE_SKIP_SUCCESS);
        }
    }
    entries_.erase(entries_.begin(), next);
    return room;
}

int uring_outbox::tell() noexcept {
    if (int const result = ring_.enable(); result < 0) return result;
    while (!fill())
        if (int const result = calls_.submit(ring_.get()); result < 0) return result;
    return 0;
}

}  // namespace rota::inline v0::detail
