// What `operation::stage` means to the engines on a kernel; the pool has its own for blocking ones.
#pragma once

#include <cstdint>

namespace rota::inline v0::detail {

struct operation_stage {
    enum value : std::uint8_t {
        fresh,
        waiting,     // in its slot's list
        connecting,  // the kernel has been asked once
        untold,      // in the outbox of a ring
        withdrawn,   // cancelled there
        told,        // the kernel's
        cancelling,  // and it is asked to end it
        finished,    // its result stands, its owner does not know yet
    };
};

}  // namespace rota::inline v0::detail
