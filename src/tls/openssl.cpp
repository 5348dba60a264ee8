#include "openssl.hpp"

#include <openssl/err.h>

#include <system_error>

namespace rota::inline v0::detail {
namespace {

/// Everything that `print` writes.
template <class Print>
std::string printed(Print&& print) {
    bio_owner const memory(BIO_new(BIO_s_mem()));
    if (!memory) return {};
    print(memory.get());
    char* text = nullptr;
    long const size = BIO_get_mem_data(memory.get(), &text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

std::string openssl_text(unsigned long error) {
    if (error == 0) return "no reason given";
    if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
    if (char const* const reason = ERR_reason_error_string(error)) return reason;
    char text[128];
    ERR_error_string_n(error, text, sizeof text);
    return text;
}

std::string take_openssl_error() {
    std::string text = openssl_text(ERR_get_error());
    ERR_clear_error();
    return text;
}

std::string name_text(X509_NAME const* name) {
    if (name == nullptr) return {};
    return printed([&](BIO* to) { X509_NAME_print_ex(to, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB); });
}

std::string time_text(ASN1_TIME const* time) {
    if (time == nullptr) return {};
    return printed([&](BIO* to) { ASN1_TIME_print(to, time); });
}

}  // namespace rota::inline v0::detail
