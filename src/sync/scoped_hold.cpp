#include <rota/sync/scoped_hold.hpp>

#include <rota/core/loop.hpp>

#include <cstdio>
#include <exception>
#include <string>

namespace rota::inline v0 {

void detail::report_released_twice(char const* what) noexcept {
    constexpr char const* text = ": a guard found it released already; release by the guard or by hand, not both";
    try {
        running_loop().call_exception_handler(exception_context(std::string(what) + text, nullptr));
    } catch (std::exception const&) {
        std::fprintf(stderr, "%s%s\n", what, text);
    }
}

}  // namespace rota::inline v0
