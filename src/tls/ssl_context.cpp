#include <rota/tls/ssl_context.hpp>

#include "ssl_context_state.hpp"
#include "tls_engine.hpp"

#include <rota/tls/errors.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>
#include <utility>

namespace rota::inline v0 {
namespace {

[[noreturn]] void fail(char const* what, std::string const& object) {
    auto const first = ERR_peek_error();
    int const error = ERR_SYSTEM_ERROR(first) ? ERR_GET_REASON(first) : EINVAL;
    throw ssl_error(error, what, object, detail::take_openssl_error());
}

int give_password(char* room, int size, int, void* password) {
    auto const& given = *static_cast<std::string const*>(password);
    int const length = static_cast<int>(std::min<std::size_t>(given.size(), static_cast<std::size_t>(size)));
    std::copy_n(given.data(), length, room);
    return length;
}

/// The password is there for as long as keys are read: OpenSSL must never ask for one at the terminal.
class password_given {
public:
    password_given(SSL_CTX* to, std::string const& password) noexcept : to_(to) {
        SSL_CTX_set_default_passwd_cb(to, &give_password);
        SSL_CTX_set_default_passwd_cb_userdata(to, const_cast<std::string*>(&password));
    }
    password_given(password_given const&) = delete;
    password_given& operator=(password_given const&) = delete;
    ~password_given() {
        SSL_CTX_set_default_passwd_cb(to_, nullptr);
        SSL_CTX_set_default_passwd_cb_userdata(to_, nullptr);
    }

private:
    SSL_CTX* to_;
};

detail::bio_owner text_of(std::string_view pem) {
    detail::bio_owner made(BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), INT_MAX))));
    if (!made) throw std::bad_alloc();
    return made;
}

int native_version(tls_version version) noexcept {
    return version == tls_version::tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

}  // namespace

void ssl_context::load_cert_chain(std::string const& certfile, std::string const& keyfile,
                                  std::string const& password) {
    SSL_CTX* const native = state_->native.get();
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(native, certfile.c_str()) != 1) fail("load certificate", certfile);
    std::string const& key = keyfile.empty() ? certfile : keyfile;
    password_given const given(native, password);
    if (SSL_CTX_use_PrivateKey_file(native, key.c_str(), SSL_FILETYPE_PEM) != 1) fail("load key", key);
    if (SSL_CTX_check_private_key(native) != 1) fail("load key", key);
    state_->sessions.clear();
}

void ssl_context::load_cert_chain_data(std::string_view certificates, std::string_view key,
                                       std::string const& password) {
    SSL_CTX* const native = state_->native.get();
    ERR_clear_error();
    auto const chain = text_of(certificates);
    detail::x509_owner const own(PEM_read_bio_X509_AUX(chain.get(), nullptr, nullptr, nullptr));
    if (!own || SSL_CTX_use_certificate(native, own.get()) != 1) fail("load certificate", {});
    SSL_CTX_clear_chain_certs(native);
    while (detail::x509_owner next{PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)})
        if (SSL_CTX_add1_chain_cert(native, next.get()) != 1) fail("load certificate", {});
    ERR_clear_error();  // of there being no more
    auto const text = text_of(key);
    detail::key_owner const loaded(
        PEM_read_bio_PrivateKey(text.get(), nullptr, &give_password, const_cast<std::string*>(&password)));
    if (!loaded || SSL_CTX_use_PrivateKey(native, loaded.get()) != 1) fail("load key", {});
    if (SSL_CTX_check_private_key(native) != 1) fail("load key", {});
    state_->sessions.clear();
}

void ssl_context::load_verify_locations(std::string const& cafile, std::string const& capath) {
    ERR_clear_error();
    char const* const file = cafile.empty() ? nullptr : cafile.c_str();
    char const* const path = capath.empty() ? nullptr : capath.c_str();
    if (SSL_CTX_load_verify_locations(state_->native.get(), file, path) != 1)
        fail("load trusted certificates", cafile.empty() ? capath : cafile);
    // A server names them to its clients, which choose their certificate by that.
    if (file != nullptr && !state_->is_client())
        if (auto* const issuers = SSL_load_client_CA_file(file))
            SSL_CTX_set_client_CA_list(state_->native.get(), issuers);
    state_->sessions.clear();
}

void ssl_context::load_verify_data(std::string_view certificates) {
    ERR_clear_error();
    auto const text = text_of(certificates);
    int count = 0;
    while (detail::x509_owner next{PEM_read_bio_X509_AUX(text.get(), nullptr, nullptr, nullptr)}) {
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(state_->native.get()), next.get()) != 1)
            fail("load trusted certificates", {});
        if (!state_->is_client()) SSL_CTX_add_client_CA(state_->native.get(), next.get());
        ++count;
    }
    if (count == 0) fail("load trusted certificates", {});
    ERR_clear_error();
    state_->sessions.clear();
}

void ssl_context::load_default_certs() {
    ERR_clear_error();
    if (SSL_CTX_set_default_verify_paths(state_->native.get()) != 1) fail("load the system's certificates", {});
    state_->sessions.clear();
}

void ssl_context::set_alpn_protocols(std::vector<std::string> const& protocols) {
    std::vector<unsigned char> list;
    for (auto const& each : protocols) {
        if (each.empty() || each.size() > 255)
            detail::throw_usage_error("ssl_context: the name of an application protocol has 1 to 255 bytes");
        list.push_back(static_cast<unsigned char>(each.size()));
        list.insert(list.end(), each.begin(), each.end());
    }
    if (state_->is_client() &&
        SSL_CTX_set_alpn_protos(state_->native.get(), list.data(), static_cast<unsigned>(list.size())) != 0)
        throw std::bad_alloc();
    state_->alpn = std::move(list);
}

void ssl_context::set_minimum_version(tls_version oldest) {
    SSL_CTX_set_min_proto_version(state_->native.get(), native_version(oldest));
    state_->sessions.clear();
}

void ssl_context::set_maximum_version(tls_version newest) {
    SSL_CTX_set_max_proto_version(state_->native.get(), native_version(newest));
    state_->sessions.clear();
}

void ssl_context::set_ciphers(std::string const& list) {
    ERR_clear_error();
    if (SSL_CTX_set_cipher_list(state_->native.get(), list.c_str()) != 1) fail("choose ciphers", list);
    state_->sessions.clear();
}

void ssl_context::set_verify_mode(ssl_verify_mode mode) {
    int native = SSL_VERIFY_NONE;
    if (mode != ssl_verify_mode::none) native = SSL_VERIFY_PEER;
    if (mode == ssl_verify_mode::required) native |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(state_->native.get(), native, &detail::tls_engine::note_verification);
    state_->mode = mode;
    state_->sessions.clear();
}

ssl_verify_mode ssl_context::verify_mode() const noexcept { return state_->mode; }

void ssl_context::set_check_hostname(bool check) {
    state_->check_hostname = check;
    state_->sessions.clear();
}

bool ssl_context::check_hostname() const noexcept { return state_->check_hostname; }

void ssl_context::add_server_name(std::string name, ssl_context const& other) {
    if (state_->is_client() || other.state_->is_client())
        detail::throw_usage_error("ssl_context: names with certificates of their own are for servers' contexts");
    if (other.state_ == state_ || !other.state_->names.empty())
        detail::throw_usage_error("ssl_context: a name's context can not have names itself");
    state_->names.emplace_back(std::move(name), other.state_);
}

ssl_purpose ssl_context::purpose() const noexcept { return state_->purpose; }

namespace {

ssl_context make_safe(ssl_purpose purpose) {
    ssl_context made(std::make_shared<detail::ssl_context_state>(purpose));
    made.set_verify_mode(purpose == ssl_purpose::server_auth ? ssl_verify_mode::required : ssl_verify_mode::none);
    return made;
}

}  // namespace

ssl_context create_default_ssl_context(ssl_purpose purpose) {
    auto made = make_safe(purpose);
    if (purpose == ssl_purpose::server_auth) made.load_default_certs();
    return made;
}

ssl_context create_default_ssl_context(ssl_purpose purpose, std::string const& cafile) {
    auto made = make_safe(purpose);
    made.load_verify_locations(cafile);
    return made;
}

}  // namespace rota::inline v0
