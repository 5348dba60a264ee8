#include "tls_engine.hpp"

#include "certificate_names.hpp"

#include <rota/base/error.hpp>
#include <rota/engine/socket_address.hpp>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <new>
#include <utility>

namespace rota::inline v0::detail {
namespace {

std::string describe(unsigned long error) {
    std::string text = openssl_text(error);
    if (ERR_GET_LIB(error) != ERR_LIB_SSL) return text;
    int const reason = ERR_GET_REASON(error);
    if (reason >= SSL_AD_REASON_OFFSET) return "the peer refused: " + text;
    switch (reason) {
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
        case SSL_R_HTTPS_PROXY_REQUEST:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
        case SSL_R_RECORD_LENGTH_MISMATCH: return text + " (the peer seems not to speak TLS)";
        default: return text;
    }
}

}  // namespace

tls_engine::tls_engine(std::shared_ptr<ssl_context_state> context, std::string server_hostname, std::uint16_t port)
    : context_(std::move(context)), hostname_(std::move(server_hostname)) {
    bool const client = context_->is_client();
    if (client && hostname_.empty() && context_->check_hostname && context_->mode != ssl_verify_mode::none)
        throw_usage_error("start_tls: the context checks names, and no server_hostname is given");
    if (!client && !context_->has_certificate())
        throw_usage_error("start_tls: the server's context has no certificate; load_cert_chain gives it one");
    ERR_clear_error();
    ssl_.reset(SSL_new(context_->native.get()));
    BIO* const bio = ssl_ ? BIO_new(method()) : nullptr;
    if (bio == nullptr) {
        ERR_clear_error();
        throw std::bad_alloc();
    }
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_app_data(ssl_.get(), this);
    if (!client) {
        SSL_set_accept_state(ssl_.get());
        return;
    }
    SSL_set_connect_state(ssl_.get());
    if (hostname_.empty()) return;
    ask_for(hostname_);
    session_key_ = hostname_ + ":" + std::to_string(port);
    if (auto const session = context_->sessions.take(session_key_)) SSL_set_session(ssl_.get(), session.get());
}

void tls_engine::ask_for(std::string const& hostname) {
    bool const literal = socket_address::from_literal(hostname, 0).family() != address_family::unspecified;
    std::string name = hostname;
    if (!literal && name.ends_with('.')) name.pop_back();
    bool good = name.find('\0') == std::string::npos;
    if (good && !literal)
        good = SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
    if (good && context_->check_hostname && context_->mode != ssl_verify_mode::none) {
        X509_VERIFY_PARAM* const demands = SSL_get0_param(ssl_.get());
        X509_VERIFY_PARAM_set_hostflags(demands,
                                        X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        good = literal ? X509_VERIFY_PARAM_set1_ip_asc(demands, name.c_str()) == 1
                       : X509_VERIFY_PARAM_set1_host(demands, name.c_str(), name.size()) == 1;
    }
    ERR_clear_error();
    if (!good) throw_usage_error("start_tls: the server_hostname is no name that TLS could ask for");
}

tls_status tls_engine::handshake() noexcept {
    ERR_clear_error();
    auto const status = conclude(SSL_do_handshake(ssl_.get()));
    if (status == tls_status::done) greeted_ = true;
    return status;
}

tls_status tls_engine::read(void* into, std::size_t room, std::size_t& count) noexcept {
    if (failed_) return tls_status::failed;
    ERR_clear_error();
    return conclude(SSL_read_ex(ssl_.get(), into, room, &count));
}

tls_status tls_engine::write(void const* from, std::size_t size, std::size_t& count) noexcept {
    if (failed_) return tls_status::failed;
    // A record that can not be put out whole would break the session.
    if (!out.reserve(size + 512)) {
        no_memory_ = true;
        fail();
        return tls_status::failed;
    }
    ERR_clear_error();
    return conclude(SSL_write_ex(ssl_.get(), from, size, &count));
}

tls_status tls_engine::say_goodbye() noexcept {
    if (failed_) return tls_status::failed;
    ERR_clear_error();
    int const returned = SSL_shutdown(ssl_.get());
    return returned >= 0 ? tls_status::done : conclude(returned);
}

tls_status tls_engine::conclude(int returned) noexcept {
    if (returned > 0) return tls_status::done;
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ: return tls_status::wants_input;
        case SSL_ERROR_WANT_WRITE: return tls_status::wants_output;
        case SSL_ERROR_ZERO_RETURN: return tls_status::ended;
        default: fail(); return tls_status::failed;
    }
}

void tls_engine::fail() noexcept {
    if (std::exchange(failed_, true)) return;
    auto const first = ERR_peek_error();
    // A signature that is not right has told its own reasons before.
    auto const last = ERR_peek_last_error();
    bool const eof = ERR_GET_LIB(first) == ERR_LIB_SSL && ERR_GET_REASON(first) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (no_memory_)
        kind_ = failure_kind::no_memory;
    else if (bad_certificate_ && ERR_GET_LIB(last) == ERR_LIB_SSL &&
             ERR_GET_REASON(last) == SSL_R_CERTIFICATE_VERIFY_FAILED)
        kind_ = failure_kind::certificate;
    else if (eof || (first == 0 && in_ended))
        kind_ = failure_kind::eof;
    try {
        reason_ = describe(first);
    } catch (std::bad_alloc const&) {
        // Then without.
    }
    ERR_clear_error();
}

std::exception_ptr tls_engine::failure(char const* operation, std::string object) const {
    switch (kind_) {
        case failure_kind::certificate:
            return std::make_exception_ptr(
                ssl_cert_verification_error(operation, std::move(object), *bad_certificate_));
        case failure_kind::eof:
            return std::make_exception_ptr(
                ssl_eof_error(EPROTO, operation, std::move(object),
                              greeted_ ? "the connection ended without a close_notify; what came may be truncated"
                                       : "the connection ended in the middle of the handshake"));
        case failure_kind::no_memory: return std::make_exception_ptr(std::bad_alloc());
        case failure_kind::protocol: break;
    }
    return std::make_exception_ptr(ssl_error(EPROTO, operation, std::move(object), reason_));
}

int tls_engine::note_verification(int good, X509_STORE_CTX* store) {
    if (good == 1) return good;
    auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    if (ssl == nullptr) return good;
    try {
        static_cast<tls_engine*>(SSL_get_app_data(ssl))->note_bad(store);
    } catch (std::bad_alloc const&) {
        // The handshake fails all the same, and says less.
    }
    return good;
}

void tls_engine::note_bad(X509_STORE_CTX* store) {
    auto found = std::make_unique<ssl_cert_verification_error::finding>();
    found->code = X509_STORE_CTX_get_error(store);
    found->message = X509_verify_cert_error_string(found->code);
    found->depth = X509_STORE_CTX_get_error_depth(store);
    if (X509* const certificate = X509_STORE_CTX_get_current_cert(store)) {
        found->subject = name_text(X509_get_subject_name(certificate));
        found->issuer = name_text(X509_get_issuer_name(certificate));
        switch (found->code) {
            case X509_V_ERR_CERT_HAS_EXPIRED: found->detail = "at " + time_text(X509_get0_notAfter(certificate)); break;
            case X509_V_ERR_CERT_NOT_YET_VALID:
                found->detail = "before " + time_text(X509_get0_notBefore(certificate));
                break;
            case X509_V_ERR_HOSTNAME_MISMATCH:
            case X509_V_ERR_IP_ADDRESS_MISMATCH:
                found->detail = "it is not for " + hostname_ + " but for ";
                {
                    std::string list;
                    for (auto const& each : names_of(certificate)) list += (list.empty() ? "" : ", ") + each;
                    found->detail += list.empty() ? "no name" : list;
                }
                break;
            default: break;
        }
    }
    bad_certificate_ = std::move(found);
}

int tls_engine::keep_session(SSL* ssl, SSL_SESSION* session) {
    auto& self = *static_cast<tls_engine*>(SSL_get_app_data(ssl));
    if (self.session_key_.empty()) return 0;
    SSL_SESSION_up_ref(session);
    ssl_session_owner kept(session);
    try {
        self.context_->sessions.put(self.session_key_, std::move(kept));
    } catch (std::bad_alloc const&) {
        // The next connection makes its own.
    }
    return 0;  // a reference of its own was kept
}

BIO_METHOD const* tls_engine::method() {
    static BIO_METHOD* const made = [] {
        BIO_METHOD* const of = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "rota");
        if (of == nullptr) throw std::bad_alloc();
        BIO_meth_set_write(of, &put_out);
        BIO_meth_set_read(of, &take_in);
        BIO_meth_set_ctrl(of, &control);
        return of;
    }();
    return made;
}

int tls_engine::put_out(BIO* bio, char const* data, int size) {
    auto& self = *static_cast<tls_engine*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (size <= 0) return 0;
    if (self.out.size() >= most_out) {
        BIO_set_retry_write(bio);
        return -1;
    }
    if (self.out.append(data, static_cast<std::size_t>(size))) return size;
    self.no_memory_ = true;
    return -1;
}

int tls_engine::take_in(BIO* bio, char* into, int size) {
    auto& self = *static_cast<tls_engine*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (size <= 0) return 0;
    if (self.in.empty()) {
        if (self.in_ended) return 0;
        BIO_set_retry_read(bio);
        return -1;
    }
    std::size_t const bytes = std::min(self.in.size(), static_cast<std::size_t>(size));
    self.in.take_into(into, bytes);
    return static_cast<int>(bytes);
}

long tls_engine::control(BIO* bio, int command, long, void*) {
    auto const& self = *static_cast<tls_engine const*>(BIO_get_data(bio));
    switch (command) {
        case BIO_CTRL_FLUSH: return 1;
        case BIO_CTRL_EOF: return self.in_ended && self.in.empty() ? 1 : 0;
        default: return 0;
    }
}

}  // namespace rota::inline v0::detail
