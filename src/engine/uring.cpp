#include "uring.hpp"

#include <rota/base/error.hpp>

#include <cerrno>

namespace rota::inline v0::detail {

std::unique_ptr<engine> make_uring_engine(engine_options const&, ring_calls const&) {
    throw_system_error(ENOSYS, "io_uring_setup");
}

}  // namespace rota::inline v0::detail
