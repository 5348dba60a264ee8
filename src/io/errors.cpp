#include <rota/io/errors.hpp>

#include <cerrno>
#include <utility>

namespace rota::inline v0 {
namespace {

std::string describe(std::string const& peer, std::size_t came, std::optional<std::size_t> expected) {
    std::string text = "receive from " + peer + ": the stream ended after " + std::to_string(came);
    if (expected) return text + " of " + std::to_string(*expected) + " bytes";
    return text + " bytes, before the separator";
}

}  // namespace

incomplete_read_error::incomplete_read_error(std::string const& peer, std::string partial,
                                             std::optional<std::size_t> expected)
    : std::runtime_error(describe(peer, partial.size(), expected)), partial_(std::move(partial)), expected_(expected) {}

broken_write_error::broken_write_error(std::string const& peer, std::size_t sent, std::size_t size)
    : system_error(EPIPE, "send to",
                   peer + " after a write that was cancelled half-way (" + std::to_string(sent) + " of " +
                       std::to_string(size) + " bytes went; close the stream)"),
      sent_(sent),
      size_(size) {}

}  // namespace rota::inline v0
