// How long each of many messages took.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace load {

/// In buckets that are an eighth of a power of two wide.
class histogram {
public:
    void add(std::uint64_t nanoseconds) {
        ++counts_[bucket_of(nanoseconds)];
        ++all_;
    }
    double microseconds_at(double part) const {
        std::uint64_t left = static_cast<std::uint64_t>(static_cast<double>(all_) * part);
        for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
            if (counts_[bucket] > left) return static_cast<double>(end_of(bucket)) / 1e3;
            left -= counts_[bucket];
        }
        return 0;
    }
    std::uint64_t all() const { return all_; }
    void clear() { *this = histogram(); }

private:
    static std::size_t bucket_of(std::uint64_t value) {
        if (value < 8) return value;
        auto const power = static_cast<std::size_t>(63 - __builtin_clzll(value));
        return (power - 2) * 8 + ((value >> (power - 3)) & 7);
    }
    static std::uint64_t end_of(std::size_t bucket) {
        if (bucket < 8) return bucket + 1;
        auto const power = bucket / 8 + 2;
        return (std::uint64_t{8} + bucket % 8 + 1) << (power - 3);
    }
    std::array<std::uint64_t, 512> counts_{};
    std::uint64_t all_ = 0;
};

}  // namespace load
