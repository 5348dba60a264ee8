#pragma once

#include "uring.hpp"

#include <cstdint>

namespace rota::inline v0::detail {

/// A ring of the kernel's, set up with the best flags it knows. Not enabled yet: who enables it is the thread it belongs
/// to from then on.
class uring_ring {
public:
    /// Throws `rota::system_error` with the reason why there is none.
    uring_ring(ring_calls const& calls, std::uint32_t entries);
    ~uring_ring() { give_back(); }
    uring_ring(uring_ring const&) = delete;
    uring_ring& operator=(uring_ring const&) = delete;

    /// 0 or a negative errno. Harmless when it was done before.
    int enable() noexcept;

    /// Flags that say: completions wait in the kernel.
    static constexpr std::uint32_t news = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;

    io_uring* get() noexcept { return &ring_; }
    io_uring const* get() const noexcept { return &ring_; }
    io_uring* operator->() noexcept { return &ring_; }
    bool has(std::uint32_t feature) const noexcept { return (ring_.features & feature) != 0; }

    /// What the kernel has written, and the submission side's flag word.
    std::uint32_t const* completed() const noexcept { return ring_.cq.ktail; }
    std::uint32_t const* flags() const noexcept { return ring_.sq.kflags; }
    bool has_news() const noexcept { return (__atomic_load_n(flags(), __ATOMIC_RELAXED) & news) != 0; }

private:
    void check_opcodes(ring_calls const& calls);
    void give_back() noexcept;

    io_uring ring_{};
    bool enabled_ = false;
};

}  // namespace rota::inline v0::detail
