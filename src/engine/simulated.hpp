// The simulated engine: a virtual clock that jumps, seeded choices, and a network that exists in memory only.
#pragma once

#include <rota/engine/engine.hpp>

#include <memory>

namespace rota::inline v0 {

/// Uses `options.seed`, `options.datagrams` and what is said there of its disk.
std::unique_ptr<engine> make_simulated_engine(engine_options const& options);

}  // namespace rota::inline v0
