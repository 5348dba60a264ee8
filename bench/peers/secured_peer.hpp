// What the peers that speak TLS are given: a certificate and its key, and a port.
#pragma once

#include "peer.hpp"

#include <string_view>

namespace peer {

struct secured {
    char const* certificate;
    char const* key;
    std::uint16_t port;
};

inline secured secured_of(int count, char** words) {
    if (count != 7 || std::string_view(words[1]) != "--cert" || std::string_view(words[3]) != "--key" ||
        std::string_view(words[5]) != "--port") {
        std::fprintf(stderr, "usage: %s --cert FILE --key FILE --port P\n", words[0]);
        std::exit(2);
    }
    return {words[2], words[4], static_cast<std::uint16_t>(std::atoi(words[6]))};
}

}  // namespace peer
