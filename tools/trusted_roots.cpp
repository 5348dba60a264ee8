#include "trusted_roots.hpp"

#if ROTA_TOOLS_WITH_TLS

#include <rota/tls/ssl_context.hpp>

namespace tools {

std::shared_ptr<rota::ssl_context const> trusting(std::string const& file) {
    return std::make_shared<rota::ssl_context const>(
        rota::create_default_ssl_context(rota::ssl_purpose::server_auth, file));
}

}  // namespace tools

#else

#include <rota/base/error.hpp>

namespace tools {

std::shared_ptr<rota::ssl_context const> trusting(std::string const&) {
    throw rota::usage_error("--cacert: this rota is built without TLS");
}

}  // namespace tools

#endif
