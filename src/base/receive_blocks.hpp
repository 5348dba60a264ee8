// Memory to receive into.
#pragma once

#include <rota/base/export.hpp>

#include <cstddef>

namespace rota::inline v0::detail {

/// Blocks that are had for as long as there are bytes in them. Few of them serve many connections; the one given back last
/// is given out first, so that what is received next goes where the processor's cache is warm.
///
/// Of each thread its own, without locks; one may be given back by another thread than took it. Under ASan those that are kept
/// are poisoned, so that the use of bytes that were given back is seen.
class ROTA_API receive_blocks {
public:
    static constexpr std::size_t smallest = std::size_t{4} * 1024;
    static constexpr std::size_t largest = std::size_t{64} * 1024;
    /// What is kept of each size for the next taker.
    static constexpr std::size_t most_kept = std::size_t{1} << 20;

    /// The size of the blocks that hold so many bytes, of at most `largest`.
    static std::size_t size_for(std::size_t bytes) noexcept;

    /// Null where memory is short. `size` is one that `size_for` gives.
    static void* take(std::size_t size) noexcept;
    static void give_back(void* block, std::size_t size) noexcept;

    /// How many bytes this thread has taken more than it has given back; where it gave back others' blocks, modulo 2^64.
    static std::size_t lent() noexcept;
};

}  // namespace rota::inline v0::detail
