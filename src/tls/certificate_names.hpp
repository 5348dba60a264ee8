// What a certificate is for.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <vector>

namespace rota::inline v0::detail {

/// Its subject alternative names: DNS names and IP addresses as they are, others behind what they are.
std::vector<std::string> names_of(X509 const* certificate);

}  // namespace rota::inline v0::detail
