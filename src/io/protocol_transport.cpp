#include <rota/io/protocol_transport.hpp>

#include "protocol_state.hpp"

#include <rota/base/error.hpp>

namespace rota::inline v0 {

detail::protocol_state& protocol_transport::state() const {
    if (!state_)
        detail::throw_usage_error(
            "an empty protocol_transport was used; connection_made and create_connection give full ones");
    return *state_;
}

void protocol_transport::write(std::string_view data) const { state().write(data); }

void protocol_transport::writelines(std::span<std::string_view const> lines) const {
    for (auto const line : lines) write(line);
}

void protocol_transport::writelines(std::initializer_list<std::string_view> lines) const {
    for (auto const line : lines) write(line);
}

void protocol_transport::write_eof() const { state().write_eof(); }

bool protocol_transport::can_write_eof() const { return static_cast<void>(state()), true; }

void protocol_transport::close() const { state().close(); }

void protocol_transport::abort() const { state().abort(); }

bool protocol_transport::is_closing() const { return state().is_closing(); }

void protocol_transport::pause_reading() const { state().pause_reading(); }

void protocol_transport::resume_reading() const { state().resume_reading(); }

bool protocol_transport::is_reading() const { return state().is_reading(); }

void protocol_transport::set_write_buffer_limits(write_buffer_limits limits) const { state().set_limits(limits); }

write_buffer_limits protocol_transport::get_write_buffer_limits() const { return state().limits(); }

std::size_t protocol_transport::get_write_buffer_size() const { return state().unsent(); }

void protocol_transport::set_protocol(std::shared_ptr<base_protocol> next) const {
    state().set_protocol(std::move(next));
}

std::shared_ptr<base_protocol> protocol_transport::get_protocol() const { return state().calls(); }

socket_address protocol_transport::local_address() const { return state().via()->local_address(); }

socket_address protocol_transport::peer_address() const { return state().via()->peer_address(); }

protocol_transport attach_protocol(stream connection, std::shared_ptr<base_protocol> calls) {
    std::string const first(connection.buffered());
    using state = detail::protocol_state;
    auto const made = detail::node_ref<state>::adopt(*new state(running_loop(), connection.release_transport()));
    made->begin(std::move(calls), first);
    return protocol_transport(made);
}

}  // namespace rota::inline v0
