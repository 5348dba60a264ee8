#pragma once

#include <rota/base/export.hpp>
#include <rota/core/async_generator.hpp>
#include <rota/core/coro.hpp>
#include <rota/engine/file_operation.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rota::inline v0 {

/// How to open a file: a mode as Python's (`"r"`, `"w"`, `"a"`, `"x"`, each with a `+` for both directions; a `b` says
/// nothing, since there is no other way here), and what there is to say besides.
///
/// asyncio: has no files; the arguments of Python's `open`.
struct open_options {
    open_options() : open_options("r") {}
    /// Throws `usage_error` where `mode` is none.
    ROTA_API open_options(char const* mode);

    open_flags flags = open_flags::read;
    /// The mode of a file that is made, less the process's umask.
    std::uint32_t permissions = 0666;
    /// How many bytes `read_line` and `lines` read ahead. 64 KiB.
    std::size_t read_ahead = std::size_t{64} * 1024;
    /// The longest line, in bytes. 16 MiB.
    std::size_t line_limit = std::size_t{16} * 1024 * 1024;
};

namespace detail {

struct file_state;

}  // namespace detail

/// An open file, made by `open_file`. Move-only; empty by default and once moved from, where every call but `operator bool`
/// throws `usage_error`. Its destructor closes without waiting, so that a `close` is for those who want to know when.
///
/// `read_at` and `write_at` go to a place and may run any number at a time. The others share one position, as Python's do,
/// and take turns: a second one at the same time is a `usage_error`. Of pipes, terminals and the like, which have no places,
/// only `read_some`, `read_all`, `read_line`, `lines` and `write` are of use; and where such a one has nothing to read, the
/// read may hold a thread of the pool, and a cancel waits with it. Spans and string_views must live until the await ends.
///
/// Nothing that is written is kept back: each write is with the kernel when it ends, and on the disk after a `sync`.
///
/// Errors: `system_error` with operation and path, as in `write /mnt/full: No space left on device`; its code compares
/// with `std::errc`.
/// Cancellation: what has begun on the disk is awaited, and its result delivered. No byte that was read is lost: the
/// position stands behind what was delivered. Of a write that needed several steps `tell` says how much was written.
/// asyncio: has no files; Python's file object, as aiofiles has it.
class ROTA_API file {
public:
    file() = default;
    file(file&&) noexcept = default;
    file& operator=(file&&) noexcept = default;
    ~file() = default;

    explicit operator bool() const noexcept { return state_ != nullptr; }
    /// As it was given to `open_file`.
    std::string const& path() const;

    /// Fills `room` with what stands at `offset`; gives how many bytes that were: less only where the file ends.
    ///
    /// Cancellation: raises between two steps; nothing is taken by a read at an offset.
    /// asyncio: `os.pread`.
    [[nodiscard]] coro<std::size_t> read_at(std::uint64_t offset, std::span<char> room);
    /// The same, of at most `size` bytes, to keep.
    [[nodiscard]] coro<std::string> read_at(std::uint64_t offset, std::size_t size);
    /// Writes all of `data` at `offset`, or at the end of a file that was opened to append.
    ///
    /// Cancellation: raises before the first byte or between two steps, which a disk that has room seldom needs.
    /// asyncio: `os.pwrite`.
    [[nodiscard]] coro<> write_at(std::uint64_t offset, std::string_view data);

    /// What comes next, at least one byte and at most `most`; empty at the end.
    ///
    /// Cancellation: no byte is lost.
    /// asyncio: `read1`.
    [[nodiscard]] coro<std::string> read_some(std::size_t most = std::size_t{64} * 1024);
    /// Everything up to the end, but no more than `limit` bytes (1 GiB): then `limit_overrun_error`, and the position stays.
    ///
    /// Cancellation: the position stays; of a pipe the bytes stay readable.
    /// asyncio: `read`, which has no limit.
    [[nodiscard]] coro<std::string> read_all(std::size_t limit = std::size_t{1} << 30);
    /// The next line with its `\n`, which the last one may lack; empty at the end. One longer than `line_limit` is a
    /// `limit_overrun_error`, and stays readable.
    ///
    /// Cancellation: no byte is lost.
    /// asyncio: `readline`.
    [[nodiscard]] coro<std::string> read_line();
    /// All lines from here on, each without its `\n`. The file must stay open meanwhile.
    ///
    ///     auto lines = log.lines();
    ///     while (auto line = co_await lines.next()) count += line->size();
    ///
    /// asyncio: `async for line in file`, which leaves the `\n` in place.
    [[nodiscard]] async_generator<std::string> lines();
    /// Writes all of `data`, at the position, or at the end of a file that was opened to append.
    ///
    /// Cancellation: what was written is told by `tell`.
    /// asyncio: `write`, which keeps bytes back until a `flush`.
    [[nodiscard]] coro<> write(std::string_view data);

    /// Where the next read or write begins, in bytes. Behind an append it counts this file's own bytes only.
    ///
    /// asyncio: `tell` and `seek`; `file.seek(co_await file.size())` is its `seek(0, SEEK_END)`.
    std::uint64_t tell() const;
    void seek(std::uint64_t position);

    /// How long it is, in bytes.
    ///
    /// Cancellation: raises; nothing has happened.
    /// asyncio: `os.fstat(f.fileno()).st_size`.
    [[nodiscard]] coro<std::uint64_t> size() const;
    /// What `stat` tells, of the open file, whatever its name is by now.
    ///
    /// Cancellation: raises; nothing has happened.
    /// asyncio: `os.fstat`.
    [[nodiscard]] coro<file_status> status() const;
    /// Cuts it, or lengthens it with zeros. The position stays.
    ///
    /// Cancellation: raises where it has not begun.
    /// asyncio: `truncate(size)`.
    [[nodiscard]] coro<> truncate(std::uint64_t size);
    /// Ends when what was written would survive a loss of power; `sync_data` leaves out what is not needed to read it back,
    /// such as times. A name that is new also needs a sync of its directory: `replace_file` does all of that.
    ///
    /// Errors: the first place that tells of writes that came to nothing; they are not tried again.
    /// Cancellation: raises where it has not begun.
    /// asyncio: `os.fsync`, `os.fdatasync`.
    [[nodiscard]] coro<> sync();
    [[nodiscard]] coro<> sync_data();
    /// Closes, when what is under way has ended. Once is enough.
    ///
    /// Errors: what file systems over a network tell only now, as that there was no room; it is closed nevertheless.
    /// Cancellation: it is closed in any case.
    /// asyncio: `close`.
    [[nodiscard]] coro<> close();

private:
    friend struct detail::file_state;
    explicit file(std::shared_ptr<detail::file_state> state) noexcept : state_(std::move(state)) {}
    std::shared_ptr<detail::file_state> const& state() const;

    std::shared_ptr<detail::file_state> state_;
};

/// Opens the file at `path`, or makes it where the mode says so:
///
///     auto log = co_await rota::open_file("/tmp/log", "a+");
///
/// Errors: `system_error`: `open /no/such: No such file or directory`; a directory is none of the files meant.
/// `usage_error` for a path with a zero byte in it.
/// Cancellation: one that was opened nevertheless is delivered, and closed with the `file` that nobody takes.
/// asyncio: has no files; Python's `open`, in binary.
[[nodiscard]] ROTA_API coro<file> open_file(std::string path, open_options options = {});

}  // namespace rota::inline v0
