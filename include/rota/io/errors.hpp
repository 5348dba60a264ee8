#pragma once

#include <rota/base/error.hpp>
#include <rota/base/export.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>

namespace rota::inline v0 {

/// The stream ended before what was asked for had come. What had come was taken from the stream and is in `partial`.
///
/// asyncio: `IncompleteReadError`.
class ROTA_API incomplete_read_error : public std::runtime_error {
public:
    /// `expected`: the bytes asked for; nothing where a separator was.
    incomplete_read_error(std::string const& peer, std::string partial, std::optional<std::size_t> expected);

    /// What had come, and how many bytes were asked for; nothing where a separator was.
    std::string const& partial() const noexcept { return partial_; }
    std::optional<std::size_t> expected() const noexcept { return expected_; }

private:
    std::string partial_;
    std::optional<std::size_t> expected_;
};

/// What was asked for is longer than the stream's limit. Nothing was taken: the bytes stay readable.
///
/// asyncio: `LimitOverrunError`; its `readline` raises a `ValueError` instead, and throws the bytes away.
class ROTA_API limit_overrun_error : public std::runtime_error {
public:
    limit_overrun_error(std::string const& what, std::size_t consumed)
        : std::runtime_error(what), consumed_(consumed) {}

    /// How many bytes lie before the separator, or surely belong to no separator.
    std::size_t consumed() const noexcept { return consumed_; }

private:
    std::size_t consumed_;
};

/// A write was cancelled half-way, so nobody knows where in its data the peer is: the stream takes no further write, and
/// says how far that one got.
///
/// asyncio: has nothing like it; its `write` keeps what it could not send, without a bound.
class ROTA_API broken_write_error : public system_error {
public:
    broken_write_error(std::string const& peer, std::size_t sent, std::size_t size);

    /// How many bytes of the cancelled write went, of how many.
    std::size_t sent() const noexcept { return sent_; }
    std::size_t size() const noexcept { return size_; }

private:
    std::size_t sent_;
    std::size_t size_;
};

}  // namespace rota::inline v0
