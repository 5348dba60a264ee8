#pragma once

#include <cstdint>

namespace rota::inline v0 {

/// Names something an engine has open: a slot of its table and the generation of the slot's use. Descriptor numbers are
/// reused by the kernel at once; a handle is not, so an operation that comes late meets `EBADF` instead of a stranger.
struct io_handle {
    static constexpr std::uint32_t no_slot = 0xffff'ffff;

    std::uint32_t slot = no_slot;
    std::uint32_t generation = 0;

    explicit operator bool() const noexcept { return slot != no_slot; }
    friend bool operator==(io_handle const&, io_handle const&) = default;
};

}  // namespace rota::inline v0
