// The simulated engine: a virtual clock that jumps, seeded choices, and a network that exists in memory only.
#pragma once

#include <rota/engine/engine.hpp>

#include <memory>

namespace rota::inline v0 {

/// Uses `options.seed` and `options.datagrams` alone.
std::unique_ptr<engine> make_simulated_engine(engine_options const& options);

}  // namespace rota::inline v0
