#pragma once

#include <rota/engine/engine.hpp>

#include <memory>
#include <string>

namespace rota::inline v0::detail {

/// Tries every call first and waits for readiness only where it would block. `fallback_reason`: why it is not io_uring.
std::unique_ptr<engine> make_epoll_engine(engine_options const& options, std::string fallback_reason = {});

}  // namespace rota::inline v0::detail
