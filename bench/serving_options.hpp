// What each server of bench/ is told: where to listen, and on which engine.
#pragma once

#include <rota/engine/engine.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

struct serving_options {
    std::uint16_t port = 0;
    rota::engine_kind engine = rota::engine_kind::automatic;
};

/// Nothing where the words are none of these.
inline std::optional<serving_options> serving_options_of(int count, char** words) {
    serving_options given;
    int port = -1;
    for (int i = 1; i + 1 < count; i += 2) {
        std::string_view const option = words[i];
        std::string_view const value = words[i + 1];
        if (option == "--port")
            port = std::atoi(words[i + 1]);
        else if (option == "--engine" && value == "uring")
            given.engine = rota::engine_kind::uring;
        else if (option == "--engine" && value == "epoll")
            given.engine = rota::engine_kind::epoll;
        else
            return std::nullopt;
    }
    if (port < 0 || port > 65535 || count % 2 == 0) return std::nullopt;
    given.port = static_cast<std::uint16_t>(port);
    return given;
}
