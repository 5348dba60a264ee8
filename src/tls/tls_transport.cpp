#include "tls_transport.hpp"

#include <cerrno>

namespace rota::inline v0::detail {

std::exception_ptr tls_transport::describe(int error, char const* operation, std::string object) const {
    if (error == EPROTO && !engine().healthy()) return engine().failure(operation, std::move(object));
    return below().describe(error, operation, std::move(object));
}

}  // namespace rota::inline v0::detail
