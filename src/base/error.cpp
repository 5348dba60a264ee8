#include <rota/base/error.hpp>

#include <utility>

namespace rota::inline v0 {

system_error::system_error(int error, std::string operation, std::string object)
    : std::system_error(error, std::generic_category(), object.empty() ? operation : operation + " " + object),
      operation_(std::move(operation)),
      object_(std::move(object)) {}

void detail::throw_usage_error(char const* what) { throw usage_error(what); }

void detail::throw_system_error(int error, char const* operation, std::string object) {
    throw system_error(error, operation, std::move(object));
}

}  // namespace rota::inline v0
