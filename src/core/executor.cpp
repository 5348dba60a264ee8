#include <rota/core/executor.hpp>

namespace rota::inline v0::detail {

executor_target::~executor_target() = default;

}  // namespace rota::inline v0::detail
