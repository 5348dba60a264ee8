#pragma once

#include <memory>
#include <string>

namespace rota::inline v0 {

class ssl_context;

}  // namespace rota::inline v0

namespace tools {

/// For a client that trusts the issuers in a PEM file and nobody else. Throws where there are none, or where Rota is built
/// without TLS.
std::shared_ptr<rota::ssl_context const> trusting(std::string const& file);

}  // namespace tools
