#include <rota/core/errors.hpp>

namespace rota::inline v0 {

void detail::throw_invalid_state(char const* what) { throw invalid_state_error(what); }

}  // namespace rota::inline v0
