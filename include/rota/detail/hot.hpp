#pragma once

#include <rota/base/export.hpp>

#include <cstdint>

namespace rota::inline v0::detail {

class scheduler;
struct task_state;
struct promise_base;
struct context_map;

/// What every resume touches, of this thread: less than a cache line, so that the library can be loaded at run time
/// with its initial-exec storage.
struct hot_block {
    task_state* current = nullptr;       // the task whose turn it is; null in callbacks and outside the loop
    scheduler* running = nullptr;        // the loop that runs in this thread
    promise_base* trampoline = nullptr;  // a child the driver is to start, because the stack was used up
    char* stack_floor = nullptr;         // below it no child is started inline
    context_map* context = nullptr;      // context variables outside tasks
    std::int32_t budget = 0;             // leaves that may still finish in this resume without suspending
};

ROTA_API extern thread_local constinit hot_block hot ROTA_HOT_TLS;

}  // namespace rota::inline v0::detail
