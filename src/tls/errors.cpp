#include <rota/tls/errors.hpp>

#include <cerrno>
#include <utility>

namespace rota::inline v0 {
namespace {

std::string describe(ssl_cert_verification_error::finding const& found) {
    std::string text = "certificate verify failed: " + found.message;
    if (!found.detail.empty()) text += ", " + found.detail;
    if (found.subject.empty() && found.issuer.empty()) return text;
    text += " (certificate " + std::to_string(found.depth) + " of the chain: " + found.subject;
    if (found.issuer != found.subject) text += ", issued by " + found.issuer;
    return text + ")";
}

}  // namespace

ssl_error::ssl_error(int error, std::string operation, std::string object, std::string reason)
    : system_error(error, std::move(operation), std::move(object)), reason_(std::move(reason)) {
    text_ = this->operation();
    if (!this->object().empty()) text_ += " " + this->object();
    text_ += ": " + reason_;
}

ssl_cert_verification_error::ssl_cert_verification_error(std::string operation, std::string object, finding found)
    : ssl_error(EPROTO, std::move(operation), std::move(object), describe(found)), found_(std::move(found)) {}

}  // namespace rota::inline v0
