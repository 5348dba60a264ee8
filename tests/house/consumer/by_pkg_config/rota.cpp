#include <rota/base/clock.hpp>
#include <rota/base/error.hpp>

#include <chrono>

int main() {
    auto const deadline = rota::detail::deadline_after(rota::clock::now(), std::chrono::hours(1));
    try {
        rota::detail::throw_usage_error("consumer");
    } catch (rota::usage_error const&) {
        return deadline > rota::clock::now() ? 0 : 1;
    }
    return 2;
}
