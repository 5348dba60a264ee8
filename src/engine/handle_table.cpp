#include "handle_table.hpp"

#include "descriptor.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <new>

namespace rota::inline v0::detail {

std::uint32_t first_generation() noexcept {
    static std::atomic<std::uint32_t> next{1};
    return next.fetch_add(0x9E37'79B9, std::memory_order_relaxed);
}

handle_table::handle_table() noexcept : first_generation_(first_generation()) {}

handle_table::~handle_table() {
    for (std::uint32_t index = 0; index != size_; ++index) {
        auto const& slot = at(index);
        if (slot.descriptor < 0) continue;
        if (slot.was_blocking) set_blocking(slot.descriptor, true);
        ::close(slot.descriptor);
    }
}

bool handle_table::grow() noexcept {
    try {
        chunks_.push_back(std::make_unique<handle_slot[]>(chunk_slots));
    } catch (std::bad_alloc const&) {
        return false;
    }
    // Pushed from the back, so that the lowest index is used first.
    for (std::uint32_t offset = chunk_slots; offset-- != 0;) {
        auto& slot = chunks_.back()[offset];
        slot.index = size_ + offset;
        slot.generation = first_generation_;
        slot.next_free = first_free_;
        first_free_ = slot.index;
    }
    size_ += chunk_slots;
    return true;
}

std::int32_t handle_table::adopt(int descriptor, io_handle& handle) noexcept {
    if (first_free_ == io_handle::no_slot && !grow()) {
        ::close(descriptor);
        return -ENOMEM;
    }
    auto& slot = at(first_free_);
    first_free_ = slot.next_free;
    slot.users = 0;
    slot.descriptor = descriptor;
    handle = {slot.index, slot.generation};
    ++open_;
    return 0;
}

std::int32_t handle_table::release(handle_slot& slot) noexcept {
    if (slot.was_blocking) set_blocking(slot.descriptor, true);
    // EINTR from close leaves the descriptor closed on Linux: trying again could hit a stranger's.
    std::int32_t const result = ::close(slot.descriptor) < 0 && errno != EINTR ? -errno : 0;
    slot.descriptor = -1;
    slot.closer = nullptr;
    slot.closing = slot.was_blocking = slot.is_shared = slot.is_datagram = false;
    slot.is_socket = true;
    slot.readable = slot.writable = slot.short_read_empties = true;
    slot.registered = slot.tells_of_room = false;
    slot.untried_left = slot.untried = 0;
    slot.next_free = first_free_;
    first_free_ = slot.index;
    --open_;
    return result;
}

}  // namespace rota::inline v0::detail
