#include <rota/net/with_server.hpp>

#include "server_state.hpp"

namespace rota::inline v0::detail {

server_awaiter server_end::operator()(server&) const noexcept {
    server_->close();
    server_->close_clients();
    return server_awaiter(server_, true);
}

}  // namespace rota::inline v0::detail
