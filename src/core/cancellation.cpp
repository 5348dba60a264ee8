#include <rota/core/cancellation.hpp>

#include <typeinfo>

namespace rota::inline v0 {

bool detail::is_cancelled(std::exception_ptr const& error) noexcept {
    return error && *error.__cxa_exception_type() == typeid(cancelled_error);
}

}  // namespace rota::inline v0
