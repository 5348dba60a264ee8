#include "simulated_connection.hpp"

#include <algorithm>
#include <cstring>

namespace rota::inline v0::simulation {

void pipe::put(void const* from, std::size_t bytes) noexcept {
    // An empty buffer starts over at its front: small talk touches one page of it only.
    if (stored_ == 0) head_ = 0;
    std::size_t const tail = (head_ + stored_) % capacity;
    std::size_t const before_wrap = std::min(bytes, capacity - tail);
    auto const* source = static_cast<std::byte const*>(from);
    std::memcpy(buffer_.get() + tail, source, before_wrap);
    if (bytes > before_wrap) std::memcpy(buffer_.get(), source + before_wrap, bytes - before_wrap);
    stored_ += bytes;
}

void pipe::take(void* into, std::size_t bytes) noexcept {
    if (into) {
        std::size_t const before_wrap = std::min(bytes, capacity - head_);
        auto* target = static_cast<std::byte*>(into);
        std::memcpy(target, buffer_.get() + head_, before_wrap);
        if (bytes > before_wrap) std::memcpy(target + before_wrap, buffer_.get(), bytes - before_wrap);
    }
    head_ = (head_ + bytes) % capacity;
    stored_ -= bytes;
    readable_ -= bytes;
}

void pipe::depart(segment const& leaving) noexcept {
    if (flying_ != 0) {
        segment& last = flight_[(first_ + flying_ - 1) % most_segments];
        auto const arrives = std::max(last.arrives, leaving.arrives);
        if (flying_ == most_segments) {
            last = {arrives, last.bytes + leaving.bytes, last.end || leaving.end, last.reset || leaving.reset};
            return;
        }
        flight_[(first_ + flying_) % most_segments] = {arrives, leaving.bytes, leaving.end, leaving.reset};
    } else {
        flight_[first_] = leaving;
    }
    ++flying_;
}

segment pipe::pop() noexcept {
    segment const next = flight_[first_];
    first_ = (first_ + 1) % most_segments;
    --flying_;
    return next;
}

}  // namespace rota::inline v0::simulation
