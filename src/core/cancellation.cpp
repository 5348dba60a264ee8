#include <rota/core/cancellation.hpp>

#include <cstdio>
#include <typeinfo>

namespace rota::inline v0 {

timeout_error::timeout_error(clock::duration limit) noexcept {
    // In the largest unit that it is a whole number of.
    long long count = limit.count();
    char const* unit = "ns";
    for (char const* const larger : {"us", "ms", "s"}) {
        if (count % 1000 != 0) break;
        count /= 1000;
        unit = larger;
    }
    std::snprintf(text_.data(), text_.size(), "timed out after %lld %s", count, unit);
}

bool detail::is_cancelled(std::exception_ptr const& error) noexcept {
    return error && *error.__cxa_exception_type() == typeid(cancelled_error);
}

}  // namespace rota::inline v0
