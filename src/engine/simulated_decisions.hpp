// Everything a simulated run leaves to chance, in one place, so that a fault to come is one more question here.
#pragma once

#include <rota/base/clock.hpp>
#include <rota/engine/engine.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rota::inline v0::simulation {

/// SplitMix64: small, good enough, and the same numbers everywhere, which the standard's distributions don't promise.
class random_stream {
public:
    explicit random_stream(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        state_ += 0x9e37'79b9'7f4a'7c15u;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11ebu;
        return mixed ^ (mixed >> 31);
    }

    /// 0 to `bound - 1`. The modulo's bias is too small to matter for the bounds used here.
    std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }
    bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }

private:
    std::uint64_t state_;
};

/// Answers each question of a run. Seed 0 gives the plain answers: first in, first out, no latency, whole segments.
/// Network, schedule and user draw from streams of their own, so that one more draw in one does not shift the others.
class decisions {
public:
    explicit decisions(std::uint64_t seed, datagram_faults const& datagrams = {}) noexcept
        : plain_(seed == 0),
          order_(stream(seed, 1)),
          network_(stream(seed, 2)),
          user_(stream(seed, 3)),
          disk_(stream(seed, 4)),
          faults_(stream(seed, 5)),
          datagrams_(datagrams) {}

    /// What events of the same time are ordered by, before the order of their making.
    std::uint64_t tie() noexcept { return plain_ ? 0 : order_.next(); }

    /// Whether an operation that can finish inside `submit` does so, as epoll's would.
    bool finishes_at_once() noexcept { return !plain_ && order_.one_in(4); }

    /// From the moment an operation can go on until it does.
    clock::duration reaction() noexcept { return rarely(order_, std::chrono::microseconds(50)); }

    /// From the moment an operation has happened until its completion is seen: a cancel in between comes too late.
    clock::duration reaping() noexcept { return rarely(order_, std::chrono::microseconds(100)); }

    /// How long blocking work takes.
    clock::duration work() noexcept {
        return plain_ ? clock::duration{} : up_to(order_, std::chrono::milliseconds(10));
    }

    /// From one end of a connection to the other.
    clock::duration latency() noexcept {
        if (plain_ || network_.one_in(4)) return {};
        return up_to(network_, std::chrono::milliseconds(5));
    }

    /// How many of `most` bytes go in one send or receive: 1 to `most`.
    std::size_t segment(std::size_t most) noexcept {
        if (plain_ || most < 2) return most;
        switch (network_.below(4)) {
            case 0: return most;
            case 1: return 1 + static_cast<std::size_t>(network_.below(most < 16 ? most : 16));
            default: return 1 + static_cast<std::size_t>(network_.below(most));
        }
    }

    /// Which of `count` equals is taken.
    std::size_t pick(std::size_t count) noexcept {
        return plain_ || count < 2 ? 0 : static_cast<std::size_t>(network_.below(count));
    }

    /// What becomes of a datagram.
    bool loses() noexcept { return chance(datagrams_.loss); }
    bool duplicates() noexcept { return chance(datagrams_.duplication); }
    bool reorders() noexcept { return chance(datagrams_.reordering); }
    /// How much later one comes that others overtake.
    clock::duration detour() noexcept {
        return std::chrono::milliseconds(1) + up_to(faults_, std::chrono::milliseconds(10));
    }

    /// How long the disk takes for an operation.
    clock::duration disk_latency() noexcept {
        if (plain_ || disk_.one_in(4)) return {};
        return up_to(disk_, std::chrono::milliseconds(10));
    }

    /// How many of `most` bytes go in one read or write: 1 to `most`, and mostly all, as on real ones.
    std::size_t disk_piece(std::size_t most) noexcept {
        if (plain_ || most < 2 || !disk_.one_in(4)) return most;
        return 1 + static_cast<std::size_t>(disk_.below(most));
    }

    /// Whether one of `one_in` transfers fails, this one.
    bool disk_fault(std::uint32_t one_in) noexcept { return disk_.one_in(one_in); }

    /// What the program itself asks for.
    std::uint64_t user_random() noexcept { return user_.next(); }

private:
    static std::uint64_t stream(std::uint64_t seed, std::uint64_t number) noexcept {
        // Hashed once, so that neighbouring seeds and streams start far apart on the generator's cycle.
        return random_stream(seed ^ random_stream(number).next()).next();
    }

    static clock::duration up_to(random_stream& from, clock::duration most) noexcept {
        return clock::duration(static_cast<clock::rep>(from.below(static_cast<std::uint64_t>(most.count()) + 1)));
    }

    clock::duration rarely(random_stream& from, clock::duration most) noexcept {
        return plain_ || !from.one_in(4) ? clock::duration{} : up_to(from, most);
    }

    bool chance(double probability) noexcept {
        if (probability <= 0) return false;
        return static_cast<double>(faults_.next() >> 11) * 0x1p-53 < probability;
    }

    bool plain_;
    random_stream order_;
    random_stream network_;
    random_stream user_;
    random_stream disk_;
    random_stream faults_;
    datagram_faults datagrams_;
};

}  // namespace rota::inline v0::simulation
