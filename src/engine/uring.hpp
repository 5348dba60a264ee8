#pragma once

#include <rota/engine/engine.hpp>

#include <liburing.h>

#include <memory>

namespace rota::inline v0::detail {

/// Asks the ring for nothing: 0 or a negative errno.
int enter_ring(int descriptor) noexcept;

/// The calls into the kernel; tests put ones that fail in their place.
struct ring_calls {
    int (*setup)(unsigned entries, io_uring* ring, io_uring_params* parameters) = &io_uring_queue_init_params;
    bool (*supports)(io_uring_probe const* probe, int code) = [](io_uring_probe const* probe, int code) {
        return io_uring_opcode_supported(probe, code) != 0;
    };
    int (*enter)(int descriptor) = &enter_ring;
    int (*submit)(io_uring* ring) = &io_uring_submit;
    int (*submit_and_poll)(io_uring* ring) = &io_uring_submit_and_get_events;
    int (*submit_and_wait)(io_uring* ring, io_uring_cqe** first, unsigned count, __kernel_timespec* timeout,
                           sigset_t* mask) = &io_uring_submit_and_wait_timeout;
};

/// Throws `rota::system_error` where the kernel gives no ring that can do what is needed.
std::unique_ptr<engine> make_uring_engine(engine_options const& options, ring_calls const& calls = {});

}  // namespace rota::inline v0::detail
