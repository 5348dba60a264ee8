#include <rota/core/cancellation.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <typeinfo>

namespace rota::inline v0 {

namespace {

char* append(char* to, std::string_view text) noexcept { return std::copy(text.begin(), text.end(), to); }

}  // namespace

timeout_error::timeout_error(clock::duration limit) noexcept {
    // In the largest unit that it is a whole number of.
    long long count = limit.count();
    char const* unit = "ns";
    for (char const* const larger : {"us", "ms", "s"}) {
        if (count % 1000 != 0) break;
        count /= 1000;
        unit = larger;
    }
    // Not snprintf, which would be a tenth of what such an error costs.
    char* end = append(text_.data(), "timed out after ");
    end = std::to_chars(end, text_.data() + text_.size(), count).ptr;
    *append(append(end, " "), unit) = '\0';
}

bool detail::is_cancelled(std::exception_ptr const& error) noexcept {
    return error && *error.__cxa_exception_type() == typeid(cancelled_error);
}

}  // namespace rota::inline v0
