#include <rota/net/datagram_transport.hpp>

#include "datagram_state.hpp"

#include <rota/base/error.hpp>

namespace rota::inline v0 {

datagram_protocol::~datagram_protocol() = default;
void datagram_protocol::connection_made(datagram_transport const&) {}
// NOLINTBEGIN(performance-unnecessary-value-param): who overrides it may move the error
void datagram_protocol::connection_lost(std::exception_ptr) {}
void datagram_protocol::datagram_received(std::string_view, socket_address const&) {}
void datagram_protocol::error_received(std::exception_ptr) {}
// NOLINTEND(performance-unnecessary-value-param)
void datagram_protocol::pause_writing() {}
void datagram_protocol::resume_writing() {}

detail::datagram_state& datagram_transport::state() const {
    if (!state_)
        detail::throw_usage_error(
            "an empty datagram_transport was used; connection_made and create_datagram_endpoint give full ones");
    return *state_;
}

void datagram_transport::sendto(std::string_view data) const { state().send(data, socket_address()); }
void datagram_transport::sendto(std::string_view data, socket_address const& to) const { state().send(data, to); }

void datagram_transport::close() const { state().close(); }
void datagram_transport::abort() const { state().abort(); }
bool datagram_transport::is_closing() const { return state().is_closing(); }

void datagram_transport::set_write_buffer_limits(write_buffer_limits limits) const { state().set_limits(limits); }
write_buffer_limits datagram_transport::get_write_buffer_limits() const { return state().limits(); }
std::size_t datagram_transport::get_write_buffer_size() const { return state().unsent(); }

void datagram_transport::set_protocol(std::shared_ptr<datagram_protocol> next) const {
    state().set_protocol(std::move(next));
}
std::shared_ptr<datagram_protocol> datagram_transport::get_protocol() const { return state().calls(); }

socket_address datagram_transport::local_address() const { return state().local(); }
socket_address datagram_transport::peer_address() const { return state().peer(); }

datagram_transport attach_protocol(datagram_socket endpoint, std::shared_ptr<datagram_protocol> calls) {
    if (!endpoint) detail::throw_usage_error("attach_protocol: an empty datagram_socket");
    using state = detail::datagram_state;
    auto const made = detail::node_ref<state>::adopt(*new state(running_loop(), endpoint.as_socket()));
    made->begin(std::move(endpoint.as_socket()), std::move(calls));
    return datagram_transport(made);
}

namespace detail {

coro<datagram_transport> begin_protocol(datagram_socket endpoint, std::shared_ptr<datagram_protocol> calls) {
    auto attach = [of = std::move(endpoint), calls = std::move(calls)]() mutable {
        return attach_protocol(std::move(of), std::move(calls));
    };
    return attach_and_wait(std::move(attach), &datagram_transport::abort);
}

}  // namespace detail
}  // namespace rota::inline v0
