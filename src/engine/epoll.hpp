#pragma once

#include "uring.hpp"

#include <rota/engine/engine.hpp>

#include <memory>
#include <string>

namespace rota::inline v0::detail {

/// Tries every call first and waits for readiness only where it would block. Files are read and written on the pool.
std::unique_ptr<engine> make_epoll_engine(engine_options const& options);

/// The same with a ring for files, where the kernel gives one. What is chosen where nobody chooses, by measurement: a socket's
/// calls made when epoll says that they will not wait cost less than the same by io_uring at one connection and with large
/// messages, and no more elsewhere; they need no buffer while they wait. A file has nothing to wait on, and a ring
/// saves the thread.
std::unique_ptr<engine> make_automatic_engine(engine_options const& options, ring_calls const& calls = {});

}  // namespace rota::inline v0::detail
