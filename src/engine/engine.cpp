#include <rota/engine/engine.hpp>

#include "descriptor.hpp"
#include "epoll.hpp"
#include "simulated.hpp"
#include "uring.hpp"

#include <rota/base/error.hpp>

#include <cerrno>
#include <charconv>
#include <cstdlib>

namespace rota::inline v0 {
namespace {

engine_kind kind_from_environment() {
    char const* const text = std::getenv("ROTA_ENGINE");
    if (!text || *text == '\0') return engine_kind::automatic;
    for (auto const kind : {engine_kind::automatic, engine_kind::uring, engine_kind::epoll, engine_kind::simulated})
        if (to_string(kind) == text) return kind;
    throw usage_error(std::string("ROTA_ENGINE=") + text + ": no such engine; use auto, uring, epoll or simulated");
}

std::uint64_t seed_from_environment() {
    char const* const text = std::getenv("ROTA_SEED");
    if (!text || *text == '\0') return 0;
    std::uint64_t seed = 0;
    auto const end = text + std::string_view(text).size();
    if (auto const parsed = std::from_chars(text, end, seed); parsed.ec == std::errc{} && parsed.ptr == end)
        return seed;
    throw usage_error(std::string("ROTA_SEED=") + text +
                      ": no seed; use a whole number from 0 to 18446744073709551615");
}

}  // namespace

std::int32_t engine::adopt(int descriptor, io_handle&) noexcept {
    detail::close_descriptor(descriptor);
    return -ENOSYS;
}

std::int32_t engine::adopt_copy(int, io_handle&) noexcept { return -ENOSYS; }
std::int32_t engine::spawn(child_request const&, started_child&) noexcept { return -ENOSYS; }
std::int32_t engine::signal_child(io_handle, int, int) noexcept { return -ENOSYS; }
std::int32_t engine::reap_child(io_handle, int&) noexcept { return -ENOSYS; }

std::string_view to_string(engine_kind kind) noexcept {
    switch (kind) {
        case engine_kind::automatic: return "auto";
        case engine_kind::uring: return "uring";
        case engine_kind::epoll: return "epoll";
        case engine_kind::simulated: return "simulated";
    }
    return "unknown";
}

std::uint64_t seed_of(engine_options const& options) {
    return options.seed != 0 ? options.seed : seed_from_environment();
}

std::unique_ptr<engine> make_engine(engine_options const& options) {
    auto wanted = options;
    if (wanted.kind == engine_kind::automatic) wanted.kind = kind_from_environment();
    wanted.seed = seed_of(wanted);
    switch (wanted.kind) {
        case engine_kind::uring: return detail::make_uring_engine(wanted);
        case engine_kind::epoll: return detail::make_epoll_engine(wanted);
        case engine_kind::simulated: return make_simulated_engine(wanted);
        case engine_kind::automatic: break;
    }
    return detail::make_automatic_engine(wanted);
}

}  // namespace rota::inline v0
