#include "certificate_names.hpp"

#include "openssl.hpp"

#include <openssl/x509v3.h>

#include <cstdio>

namespace rota::inline v0::detail {
namespace {

std::string text_of(ASN1_STRING const* string) {
    auto const* const data = reinterpret_cast<char const*>(ASN1_STRING_get0_data(string));
    return std::string(data, static_cast<std::size_t>(ASN1_STRING_length(string)));
}

std::string address_text(ASN1_OCTET_STRING const* bytes) {
    auto const* const data = ASN1_STRING_get0_data(bytes);
    std::string text;
    char part[8];
    if (ASN1_STRING_length(bytes) == 4) {
        for (int i = 0; i < 4; ++i) text += (i == 0 ? "" : ".") + std::to_string(data[i]);
    } else if (ASN1_STRING_length(bytes) == 16) {
        for (int i = 0; i < 16; i += 2) {
            std::snprintf(part, sizeof part, "%s%x", i == 0 ? "" : ":", data[i] * 256 + data[i + 1]);
            text += part;
        }
    }
    return text;
}

}  // namespace

std::vector<std::string> names_of(X509 const* certificate) {
    std::vector<std::string> names;
    std::unique_ptr<GENERAL_NAMES, openssl_release<&GENERAL_NAMES_free>> const all(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
        auto const* const name = sk_GENERAL_NAME_value(all.get(), i);
        switch (name->type) {
            case GEN_DNS: names.push_back(text_of(name->d.dNSName)); break;
            case GEN_IPADD: names.push_back(address_text(name->d.iPAddress)); break;
            case GEN_EMAIL: names.push_back("email:" + text_of(name->d.rfc822Name)); break;
            case GEN_URI: names.push_back("URI:" + text_of(name->d.uniformResourceIdentifier)); break;
            default: break;
        }
    }
    return names;
}

}  // namespace rota::inline v0::detail
