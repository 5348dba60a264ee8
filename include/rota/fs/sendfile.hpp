#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/fs/file.hpp>
#include <rota/io/stream.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v0 {

namespace detail {

/// What a socket is, from below: it sends all of some bytes.
template <class S>
concept sends_all = requires(S& socket, std::string_view data) { socket.sendall(data); };

/// One piece of a file on its way.
class ROTA_API file_pieces {
public:
    file_pieces(file& from, std::uint64_t offset, std::optional<std::uint64_t> count)
        : from_(from), offset_(offset), left_(count) {}
    /// Reads the next one; empty at the end of file or count.
    coro<std::string_view> next();
    /// It is sent: the file's position stands behind it.
    void sent(std::size_t size);
    std::uint64_t total() const noexcept { return total_; }

private:
    file& from_;
    std::uint64_t offset_;
    std::optional<std::uint64_t> left_;
    std::uint64_t total_ = 0;
    std::string room_;
};

}  // namespace detail

/// Sends a file from `offset` on, all of it or `count` bytes, over a stream, whatever that runs on; gives how many bytes that
/// were. Both must live until the await ends. The file's position stands behind what was sent, also after an error.
///
/// Errors: those of file and stream.
/// Cancellation: the file's position tells what was sent whole; of a write that was left half-way the next one tells.
/// asyncio: `loop.sendfile`. There the kernel copies where it can; here the bytes pass through 256 KiB of memory, so that it is the
/// same over TLS and in simulation, and no page that must come from the disk holds up the loop.
[[nodiscard]] ROTA_API coro<std::uint64_t> sendfile(stream& to, file& from, std::uint64_t offset = 0,
                                                    std::optional<std::uint64_t> count = std::nullopt);

/// The same over a `socket`.
///
/// Errors: those of file and socket.
/// Cancellation: the file's position tells what was sent whole.
/// asyncio: `loop.sock_sendfile`.
template <detail::sends_all Socket>
[[nodiscard]] coro<std::uint64_t> sendfile(Socket& to, file& from, std::uint64_t offset = 0,
                                           std::optional<std::uint64_t> count = std::nullopt) {
    detail::file_pieces pieces(from, offset, count);
    for (;;) {
        std::string_view const piece = co_await pieces.next();
        if (piece.empty()) break;
        co_await to.sendall(piece);
        pieces.sent(piece.size());
    }
    co_return pieces.total();
}

}  // namespace rota::inline v0
