#include "ssl_context_state.hpp"

#include "tls_engine.hpp"

#include <openssl/err.h>

#include <new>

namespace rota::inline v0::detail {
namespace {

bool same(std::string_view a, std::string_view b) noexcept {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

bool matches(std::string_view pattern, std::string_view name) noexcept {
    if (!pattern.starts_with("*.")) return same(pattern, name);
    auto const dot = name.find('.');
    return dot != std::string_view::npos && dot != 0 && same(pattern.substr(1), name.substr(dot));
}

int choose_by_name(SSL* ssl, int*, void* state) {
    char const* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    auto* const chosen = static_cast<ssl_context_state*>(state)->named(name);
    if (chosen != nullptr) SSL_set_SSL_CTX(ssl, chosen->native.get());
    return SSL_TLSEXT_ERR_OK;
}

// The server's order counts. Where nothing is in common the connection goes on without.
int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* size, unsigned char const* offered,
                    unsigned offered_size, void* state) {
    auto const& own = static_cast<ssl_context_state*>(state)->alpn;
    unsigned char* found = nullptr;
    if (own.empty() || SSL_select_next_proto(&found, size, own.data(), static_cast<unsigned>(own.size()), offered,
                                             offered_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

ssl_context_state::ssl_context_state(ssl_purpose whom)
    : purpose(whom),
      native(SSL_CTX_new(whom == ssl_purpose::server_auth ? TLS_client_method() : TLS_server_method())),
      mode(ssl_verify_mode::none),
      check_hostname(whom == ssl_purpose::server_auth) {
    if (!native) {
        ERR_clear_error();
        throw std::bad_alloc();
    }
    SSL_CTX* const context = native.get();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    // Idle connections give their 32 KiB of buffers back.
    SSL_CTX_set_mode(context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    if (is_client()) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, &tls_engine::keep_session);
    } else {
        // Tickets hold the sessions: the server keeps nothing.
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        static constexpr unsigned char whose[] = {'r', 'o', 't', 'a'};
        SSL_CTX_set_session_id_context(context, whose, sizeof whose);
        // The calls behind macros that cast in C's way.
        SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                              reinterpret_cast<void (*)()>(&choose_by_name));
        SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, this);
        SSL_CTX_set_alpn_select_cb(context, &choose_protocol, this);
    }
}

ssl_context_state* ssl_context_state::named(std::string_view name) const noexcept {
    // An exact name before a pattern, whichever was given first.
    for (bool const exact : {true, false})
        for (auto const& each : names)
            if (each.name.starts_with("*.") != exact && matches(each.name, name)) return each.context.get();
    return nullptr;
}

}  // namespace rota::inline v0::detail
