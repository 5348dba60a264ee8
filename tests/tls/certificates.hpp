// Certificates for tests, made when a test runs. With keys whose signatures have one length, so that a simulation sends the
// same numbers of bytes each time.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace tls_kit {

template <auto release>
struct released {
    template <class T>
    void operator()(T* one) const {
        release(one);
    }
};
using certificate = std::unique_ptr<X509, released<&X509_free>>;
using private_key = std::unique_ptr<EVP_PKEY, released<&EVP_PKEY_free>>;

/// What one is to say.
struct certificate_plan {
    certificate_plan() = default;
    explicit certificate_plan(std::string common_name, std::string names = {})
        : subject(std::move(common_name)), alt_names(std::move(names)) {}

    std::string subject;
    std::string alt_names;  // as in `DNS:localhost,IP:127.0.0.1`
    int begins_in_days = -1;
    int ends_in_days = 30;
    bool is_authority = false;
};

/// PEM texts.
struct identity {
    std::string certificates;
    std::string key;
};

inline std::string pem_of(X509* one) {
    std::unique_ptr<BIO, released<&BIO_free_all>> const memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(memory.get(), one);
    char* text = nullptr;
    auto const size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

inline std::string pem_of(EVP_PKEY* one) {
    std::unique_ptr<BIO, released<&BIO_free_all>> const memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(memory.get(), one, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    auto const size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

inline private_key make_key() { return private_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

inline void extend(X509* to, X509* issuer, int what, std::string const& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    if (made == nullptr) throw std::logic_error("no such extension: " + value);
    X509_add_ext(to, made, -1);
    X509_EXTENSION_free(made);
}

/// Signed by `issuer`; by itself where that is null.
inline certificate make_certificate(certificate_plan const& plan, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
    static long serial = 1000;
    certificate made(X509_new());
    X509* const one = made.get();
    X509_set_version(one, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(one), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(one), plan.begins_in_days * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(one), plan.ends_in_days * 86400L);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(one), "CN", MBSTRING_UTF8,
                               reinterpret_cast<unsigned char const*>(plan.subject.c_str()), -1, -1, 0);
    X509_set_issuer_name(one, X509_get_subject_name(issuer != nullptr ? issuer : one));
    X509_set_pubkey(one, key);
    X509* const by = issuer != nullptr ? issuer : one;
    extend(one, by, NID_basic_constraints, plan.is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (!plan.alt_names.empty()) extend(one, by, NID_subject_alt_name, plan.alt_names);
    if (X509_sign(one, issuer != nullptr ? issuer_key : key, nullptr) == 0) throw std::logic_error("not signed");
    return made;
}

inline identity self_signed(certificate_plan const& plan) {
    auto const key = make_key();
    return {pem_of(make_certificate(plan, key.get(), nullptr, nullptr).get()), pem_of(key.get())};
}

/// Issues certificates.
class authority {
public:
    explicit authority(std::string const& name = "Test Authority") : key_(make_key()) {
        certificate_plan plan(name);
        plan.is_authority = true;
        own_ = make_certificate(plan, key_.get(), nullptr, nullptr);
    }
    std::string pem() const { return pem_of(own_.get()); }
    identity issue(certificate_plan const& plan) const {
        auto const key = make_key();
        return {pem_of(make_certificate(plan, key.get(), own_.get(), key_.get()).get()), pem_of(key.get())};
    }

private:
    private_key key_;
    certificate own_;
};

}  // namespace tls_kit
