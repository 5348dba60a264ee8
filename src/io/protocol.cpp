#include <rota/io/protocol.hpp>

#include <rota/io/protocol_transport.hpp>

namespace rota::inline v0 {

base_protocol::~base_protocol() = default;
void base_protocol::connection_made(protocol_transport const&) {}
// NOLINTBEGIN(performance-unnecessary-value-param): who overrides it may move the error
void base_protocol::connection_lost(std::exception_ptr) {}
// NOLINTEND(performance-unnecessary-value-param)
void base_protocol::pause_writing() {}
void base_protocol::resume_writing() {}

void protocol::data_received(std::string_view) {}
bool protocol::eof_received() { return false; }

bool buffered_protocol::eof_received() { return false; }

}  // namespace rota::inline v0
