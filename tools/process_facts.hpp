#pragma once

#include <cstddef>
#include <cstdint>

namespace tools {

/// Raises the soft limit of open descriptors to the hard one; gives what it is then.
std::size_t raise_descriptor_limit();

/// How many threads this process has now.
std::size_t thread_count();

/// The most memory this process had resident, in bytes.
std::uint64_t peak_memory();

}  // namespace tools
