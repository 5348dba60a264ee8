#include <rota/io/transport.hpp>

#include <rota/base/error.hpp>

#include <utility>

namespace rota::inline v0 {

transport::~transport() = default;

std::exception_ptr transport::describe(int error, char const* operation, std::string object) const {
    return std::make_exception_ptr(system_error(error, operation, std::move(object)));
}

}  // namespace rota::inline v0
