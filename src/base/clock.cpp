#include <rota/base/clock.hpp>

#include <ctime>

namespace rota::inline v0 {
namespace {

thread_local detail::clock_source* current_source = nullptr;

}  // namespace

clock::time_point clock::now() noexcept { return current_source ? current_source->now() : detail::monotonic_now(); }

clock::time_point detail::monotonic_now() noexcept {
    timespec read{};
    clock_gettime(CLOCK_MONOTONIC, &read);
    return clock::time_point(std::chrono::seconds(read.tv_sec) + std::chrono::nanoseconds(read.tv_nsec));
}

detail::clock_source* detail::exchange_clock_source(clock_source* source) noexcept {
    auto* before = current_source;
    current_source = source;
    return before;
}

}  // namespace rota::inline v0
