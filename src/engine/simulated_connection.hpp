// A connection of the simulated network: two ends, and what is on its way to each.
#pragma once

#include "simulated_address.hpp"

#include <rota/base/clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace rota::inline v0::simulation {

struct simulated_socket;

/// What travels in one piece.
struct segment {
    clock::time_point arrives{};
    std::size_t bytes = 0;
    bool end = false;
    bool reset = false;
};

/// The way to one end: bytes in flight, then bytes that can be read. Both share the bound, so a reader who does not read
/// makes the writer wait.
class pipe {
public:
    static constexpr std::size_t capacity = std::size_t{64} * 1024;

    /// Before its first use. Throws `std::bad_alloc`, which a constructor better does not: where an array's element throws,
    /// GCC 12 loses the exception on its way.
    void allocate() { buffer_ = std::make_unique_for_overwrite<std::byte[]>(capacity); }

    std::size_t readable() const noexcept { return readable_; }
    std::size_t space() const noexcept { return capacity - stored_; }

    /// At most `space()` bytes, not readable before they have landed.
    void put(void const* from, std::size_t bytes) noexcept;
    void land(std::size_t bytes) noexcept { readable_ += bytes; }
    /// At most `readable()` bytes; into nullptr they are dropped.
    void take(void* into, std::size_t bytes) noexcept;

    bool in_flight() const noexcept { return flying_ != 0; }
    segment const& first() const noexcept { return flight_[first_]; }
    /// Behind what flies already and not before it; joins the last segment where there are too many.
    void depart(segment const& leaving) noexcept;
    segment pop() noexcept;

    /// What has arrived: the other side's end, a reset, and the reset's error until somebody was told.
    bool ended = false;
    bool was_reset = false;
    std::int32_t error = 0;

private:
    static constexpr std::size_t most_segments = 16;

    std::unique_ptr<std::byte[]> buffer_;
    std::size_t head_ = 0;
    std::size_t stored_ = 0;
    std::size_t readable_ = 0;
    std::array<segment, most_segments> flight_{};
    std::size_t first_ = 0;
    std::size_t flying_ = 0;
};

/// End 0 connected, end 1 is the listener's side.
struct connection {
    struct side {
        endpoint address{};
        pipe incoming{};
        /// Null before it is accepted and after it is closed.
        simulated_socket* owner = nullptr;
        bool closed = false;
    };
    std::array<side, 2> ends{};
};

}  // namespace rota::inline v0::simulation
