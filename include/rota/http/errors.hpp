#pragma once

#include <rota/base/export.hpp>

#include <stdexcept>

namespace rota::inline v0::http {

/// A URL that can not be fetched: what is wrong with it, and how to write it.
///
/// asyncio: aiohttp's `InvalidURL`.
class ROTA_API url_error : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};

/// What the server sent is not HTTP as RFC 9112 has it, or goes beyond a limit. The connection it came on is closed, for
/// nobody can know where the next message would begin.
///
/// asyncio: aiohttp's `ClientResponseError`, `ClientPayloadError`.
class ROTA_API protocol_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The connection ended before the response did.
///
/// asyncio: aiohttp's `ServerDisconnectedError`, `ClientPayloadError`.
class ROTA_API truncated_error : public protocol_error {
public:
    using protocol_error::protocol_error;
};

/// The body is larger than the caller allowed.
class ROTA_API body_too_large_error : public protocol_error {
public:
    using protocol_error::protocol_error;
};

}  // namespace rota::inline v0::http
