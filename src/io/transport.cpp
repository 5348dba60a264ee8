#include <rota/io/transport.hpp>

namespace rota::inline v0 {

transport::~transport() = default;

}  // namespace rota::inline v0
