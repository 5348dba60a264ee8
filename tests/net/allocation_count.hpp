#pragma once

#include <cstdint>

/// How often `operator new` has been called in this program.
std::uint64_t general_allocations() noexcept;
