#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/stream_awaiter.hpp>
#include <rota/engine/socket_address.hpp>
#include <rota/io/errors.hpp>
#include <rota/io/transport.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v0 {

/// How a stream is to behave.
///
/// asyncio: `limit=` of `open_connection` and `start_server`.
struct stream_options {
    stream_options() = default;
    explicit stream_options(std::size_t with_limit) : limit(with_limit) {}

    /// The longest line, or other piece before a separator, in bytes. 64 KiB.
    std::size_t limit = std::size_t{64} * 1024;
    /// The most that `read()` gathers before it gives up, in bytes. 1 GiB.
    std::size_t read_all_limit = std::size_t{1} << 30;
    /// It may be dropped without a `close`: debug mode does not report that.
    bool may_be_dropped = false;
};

/// One connection, for reading and writing: TCP, TLS, a pipe, memory. Move-only; empty by default and once moved from,
/// where every call but `operator bool` throws `usage_error`. Its destructor closes without waiting.
///
/// What it gives to keep is `std::string`; what it takes is a span or `string_view` that must live until the await ends,
/// as the variables and temporaries of the awaiting expression do. Reads and writes allocate nothing beyond the buffer,
/// which a stream borrows for as long as there are bytes in it (what `consume` emptied: until the next read), and the strings
/// they return.
///
/// One task may read at a time, any number may write: each write goes out whole, first come first served. A write ends when
/// the kernel has all of it, so that awaiting it is the back-pressure.
///
/// Errors: `system_error` with operation and peer, as in `receive from 127.0.0.1:80: Connection reset by peer`; bytes that
/// came before an error are given first. `usage_error` for a second reader, and for another loop's stream.
/// Cancellation: a read that is cancelled loses no byte: what has come stays readable. A write that is cancelled before its
/// first byte went did nothing; one cancelled half-way breaks the writing side, and each later write throws
/// `broken_write_error`, which says how many bytes went.
/// asyncio: `StreamReader` and `StreamWriter` in one.
class ROTA_API stream {
public:
    stream() = default;
    /// On a transport of one's own. Throws `usage_error` where no loop runs in this thread.
    explicit stream(std::unique_ptr<rota::transport> over, stream_options const& options = {});
    stream(stream&&) noexcept = default;
    stream& operator=(stream&& other) noexcept;
    ~stream();

    explicit operator bool() const noexcept { return static_cast<bool>(state_); }

    /// All bytes up to the end.
    ///
    /// Errors: `limit_overrun_error` where they are more than `stream_options::read_all_limit`; they stay readable.
    /// Cancellation: loses no byte.
    /// asyncio: `read()`, without a limit.
    [[nodiscard]] detail::string_read_awaiter read();
    /// What is there, `most` bytes or fewer, as soon as there are any; empty at the end. The same as `read_some`.
    ///
    /// Cancellation: loses no byte.
    /// asyncio: `read(n)`; but `read()` is asyncio's `read(-1)`.
    [[nodiscard]] detail::string_read_awaiter read(std::size_t most) { return read_some(most); }
    [[nodiscard]] detail::string_read_awaiter read_some(std::size_t most = std::size_t{64} * 1024);
    /// The same into memory of the caller's; how many bytes came, 0 at the end.
    ///
    /// Cancellation: loses no byte; where some have come just then, they are delivered.
    /// asyncio: has nothing like it.
    [[nodiscard]] detail::count_read_awaiter read_into(std::span<char> room);
    [[nodiscard]] detail::count_read_awaiter read_into(std::span<std::byte> room) {
        return read_into(std::span(reinterpret_cast<char*>(room.data()), room.size()));
    }
    /// `size` bytes.
    ///
    /// Errors: `incomplete_read_error` with what had come, where the stream ends before.
    /// Cancellation: loses no byte.
    /// asyncio: `readexactly`.
    [[nodiscard]] detail::string_read_awaiter read_exactly(std::size_t size);
    /// Everything up to `separator` and with it.
    ///
    /// Errors: `limit_overrun_error` where more than the limit comes before it: the bytes stay readable;
    /// `incomplete_read_error` where the stream ends before; `usage_error` for an empty separator.
    /// Cancellation: loses no byte.
    /// asyncio: `readuntil`.
    [[nodiscard]] detail::string_read_awaiter read_until(std::string_view separator);
    /// Everything up to the separator that ends first, and with it. The separators, and the list of them, must live until
    /// the await ends.
    ///
    /// Errors: as above; `usage_error` also where there are none. Of separators that end together the shortest counts for
    /// the limit.
    /// Cancellation: loses no byte.
    /// asyncio: `readuntil` with a tuple.
    [[nodiscard]] detail::string_read_awaiter read_until(std::span<std::string_view const> separators);
    template <std::convertible_to<std::string_view>... More>
    [[nodiscard]] detail::separators_read_awaiter<sizeof...(More) + 2> read_until(std::string_view separator,
                                                                                  std::string_view another,
                                                                                  More const&... more) {
        std::array<std::string_view, sizeof...(More) + 2> const list{separator, another, std::string_view(more)...};
        check_separators(list);
        return {ref(), list};
    }
    /// A line with its `\n`; the last one may lack it, and at the end it is empty.
    ///
    /// Errors: `limit_overrun_error` for a line longer than the limit: the bytes stay readable.
    /// Cancellation: loses no byte.
    /// asyncio: `readline`, which raises a `ValueError` for a long line and throws it away.
    [[nodiscard]] detail::string_read_awaiter read_line();
    /// The next line with its `\n`, or nothing at the end: what a reader of lines loops over.
    ///
    ///     while (auto line = co_await peer.next_line()) co_await peer.write(*line);
    ///
    /// Errors: as `read_line`.
    /// Cancellation: loses no byte.
    /// asyncio: `async for line in reader`.
    [[nodiscard]] detail::line_read_awaiter next_line();

    /// Waits for more bytes than are in the buffer. False: the stream has ended. For parsers, which look at `buffered` and
    /// take with `consume` what they have understood.
    ///
    /// Errors: `limit_overrun_error` where the limit is in the buffer already.
    /// Cancellation: loses no byte.
    /// asyncio: has nothing like it.
    [[nodiscard]] detail::fill_awaiter fill();
    /// What has come and was not read yet; good until the next read.
    std::string_view buffered() const;
    /// Takes `size` bytes of what is buffered. Throws `usage_error` where that is more than there is.
    ///
    /// asyncio: has nothing like it.
    void consume(std::size_t size);

    /// Whether the end has come and everything before it was read.
    bool at_eof() const;

    /// Writes all of `data`; ends when the kernel has it.
    ///
    /// Errors: `system_error`, whose text says how many bytes had gone; after `close` with `EBADF`, after `write_eof`
    /// `usage_error`.
    /// Cancellation: before the first byte nothing was done; half-way it breaks the writing side, see above.
    /// asyncio: `write` and `drain`; a write after `close` is silently dropped there.
    [[nodiscard]] detail::write_awaiter write(std::string_view data);
    [[nodiscard]] detail::write_awaiter write(std::span<std::byte const> data) {
        return write(std::string_view(reinterpret_cast<char const*>(data.data()), data.size()));
    }

    /// Tells the peer that nothing more will be written, behind the writes that wait; reading goes on. Once is enough.
    ///
    /// Cancellation: while it waits for its turn nothing was done.
    /// asyncio: `write_eof`.
    [[nodiscard]] detail::write_awaiter write_eof();

    /// Closes, and waits until that is done. Whoever reads or writes meanwhile gets an error. Once is enough.
    ///
    /// Cancellation: the stream is closed in any case.
    /// asyncio: `close` and `wait_closed`. Nothing is left to be flushed here: each write waited for that.
    [[nodiscard]] detail::close_awaiter close();
    bool is_closing() const;

    /// The two ends; of family `unspecified` where there are none.
    ///
    /// asyncio: `get_extra_info("sockname")`, `get_extra_info("peername")`.
    socket_address local_address() const;
    socket_address peer_address() const;
    /// The peer as error texts call it.
    std::string peer_name() const;

    /// What moves its bytes; null where an exchange of it failed.
    ///
    /// asyncio: `StreamWriter.transport`.
    rota::transport const* transport() const;

    /// For layers such as TLS: hands the transport to `wrap`, which gives the one to go on with. Nobody may be reading or
    /// writing (`usage_error`). What is `buffered` came over the old one. Where `wrap` throws, the stream is closed.
    template <class F>
    void exchange_transport(F&& wrap) {
        put_transport(std::forward<F>(wrap)(take_transport()));
    }

    /// Gives the transport away, to who is to go on with it; the stream is closed then. What is `buffered` came over it. Nobody
    /// may be reading or writing (`usage_error`).
    ///
    /// asyncio: has nothing like it; `set_protocol` on the writer's transport is what is done there.
    std::unique_ptr<rota::transport> release_transport() { return take_transport(); }

private:
    void drop() noexcept;
    static void check_separators(std::span<std::string_view const> separators);
    std::unique_ptr<rota::transport> take_transport();
    void put_transport(std::unique_ptr<rota::transport> next);
    detail::stream_state& state() const;
    detail::stream_state& state(char const* call) const;
    detail::stream_ref ref() const;

    detail::stream_ref state_;
};

}  // namespace rota::inline v0
