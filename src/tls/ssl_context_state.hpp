// What is behind an ssl_context.
#pragma once

#include "openssl.hpp"
#include "session_cache.hpp"

#include <rota/tls/ssl_context.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v0::detail {

struct ssl_context_state {
    explicit ssl_context_state(ssl_purpose whom);
    ssl_context_state(ssl_context_state const&) = delete;
    ssl_context_state& operator=(ssl_context_state const&) = delete;

    bool is_client() const noexcept { return purpose == ssl_purpose::server_auth; }
    bool has_certificate() const noexcept { return SSL_CTX_get0_certificate(native.get()) != nullptr; }
    /// The context for a name that a client asks for; null for this one.
    ssl_context_state* named(std::string_view name) const noexcept;

    ssl_purpose purpose;
    ssl_ctx_owner native;
    ssl_verify_mode mode;
    bool check_hostname;
    std::vector<unsigned char> alpn;  // each behind its length

    struct named_context {
        named_context(std::string of, std::shared_ptr<ssl_context_state> as)
            : name(std::move(of)), context(std::move(as)) {}
        std::string name;
        std::shared_ptr<ssl_context_state> context;
    };
    std::vector<named_context> names;

    session_cache sessions;
};

}  // namespace rota::inline v0::detail
