#pragma once

#include <rota/engine/operation.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rota::inline v0 {

/// What stands behind a path; the names are those of `std::filesystem::file_type`.
enum class file_type : std::uint8_t {
    not_found,
    regular,
    directory,
    symlink,
    block,
    character,
    fifo,
    socket,
    unknown,
};

/// What the system knows of a file.
///
/// asyncio: has no files; Python's `os.stat_result`.
struct file_status {
    using time_point = std::chrono::system_clock::time_point;

    file_type type = file_type::not_found;
    /// The lower twelve bits of the mode: `0644`.
    std::uint32_t permissions = 0;
    /// In bytes.
    std::uint64_t size = 0;
    /// How many names it has.
    std::uint64_t links = 0;
    /// Both together tell one file from all others.
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint32_t owner = 0;
    std::uint32_t group = 0;
    /// When its content was last changed, when its status was, and when it was last read.
    time_point modified{};
    time_point changed{};
    time_point accessed{};

    bool exists() const noexcept { return type != file_type::not_found; }
    bool is_regular_file() const noexcept { return type == file_type::regular; }
    bool is_directory() const noexcept { return type == file_type::directory; }
    bool is_symlink() const noexcept { return type == file_type::symlink; }
};

/// How to open a file, to be joined by `|`.
enum class open_flags : std::uint32_t {
    none = 0,
    read = 1,
    write = 2,
    /// Each write goes to the end, wherever that is then.
    append = 4,
    /// Makes the file where there is none.
    create = 8,
    /// With `create`: there must be none.
    exclusive = 16,
    truncate = 32,
    /// A directory, for `sync`; without it a directory is refused.
    directory = 64,
    /// A symbolic link is refused.
    no_follow = 128,
};
constexpr open_flags operator|(open_flags a, open_flags b) noexcept {
    return static_cast<open_flags>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr open_flags& operator|=(open_flags& a, open_flags b) noexcept { return a = a | b; }
/// Whether `flags` has one of `asked`.
constexpr bool has_any(open_flags flags, open_flags asked) noexcept {
    return (static_cast<std::uint32_t>(flags) & static_cast<std::uint32_t>(asked)) != 0;
}

/// The offset of a read or write that goes on where the last one ended: pipes and terminals know no other.
inline constexpr std::uint64_t at_current_position = ~std::uint64_t{0};

/// What has to do with files. Any number may be pending on a handle, and they may overtake each other. One that has begun
/// is not stopped by a cancel: its result is delivered. A close waits for what is pending, and doesn't cancel it.
///
/// Paths end with a zero byte and, as buffers, stay the owner's until the operation completes.
struct file_operation : blocking_operation {
    /// For engines: what the handle stands for, and whether the pool has the operation.
    int descriptor = -1;
    bool pooled = false;

protected:
    file_operation(opcode code, io_handle handle, completion completed) noexcept
        : blocking_operation(code, handle, completed) {}
};

/// Opens a file; result 0 with `opened` and its `status`. A directory gives `-EISDIR`, unless it is asked for.
struct open_file_operation : file_operation {
    open_file_operation(char const* at, open_flags how, std::uint32_t permissions_of_new, completion completed) noexcept
        : file_operation(opcode::open_file, io_handle{}, completed),
          path(at),
          flags(how),
          permissions(permissions_of_new) {}
    char const* path;
    open_flags flags;
    std::uint32_t permissions;
    io_handle opened{};
    file_status status{};
};

/// Reads some of the bytes at `offset`; 0 is the end, or that there was no room.
struct read_at_operation : file_operation {
    read_at_operation(io_handle file, void* into, std::size_t room, std::uint64_t from, completion completed) noexcept
        : file_operation(opcode::read_at, file, completed), buffer(into), length(room), offset(from) {}
    void* buffer;
    std::size_t length;
    std::uint64_t offset;
};

/// Writes some of the bytes at `offset`, at least one.
struct write_at_operation : file_operation {
    write_at_operation(io_handle file, void const* from, std::size_t bytes, std::uint64_t to,
                       completion completed) noexcept
        : file_operation(opcode::write_at, file, completed), data(from), length(bytes), offset(to) {}
    void const* data;
    std::size_t length;
    std::uint64_t offset;
};

/// Ends when the file, or its content alone, is safe from a loss of power.
struct sync_file_operation : file_operation {
    sync_file_operation(io_handle file, bool content_only, completion completed) noexcept
        : file_operation(opcode::sync_file, file, completed), data_only(content_only) {}
    bool data_only;
};

/// What a `file_call_operation` does.
enum class file_action : std::uint8_t {
    /// Of `path`, or of the handle: fills `status`. The second looks at a symbolic link itself.
    stat,
    stat_link,
    /// Of the handle: cuts, or lengthens with zeros, to `number` bytes.
    truncate,
    /// Of `path`: `number` is the mode.
    set_permissions,
    /// `path` gets the name `other`, in one step.
    rename,
    /// A file, or an empty directory.
    remove,
    /// With all that is in it, following no link; `number` is then how many that were. None where there is nothing.
    remove_all,
    /// `number` is the mode.
    create_directory,
    /// The link `other` points to `path`.
    create_symlink,
    /// Fills `text`.
    read_symlink,
    /// Fills `entries`, without `.` and `..`, in no order.
    list,
    /// Opens a `watch_operation`'s handle.
    watch,
};

/// A name in a directory; its type may be `unknown`.
struct listed_file {
    std::string name;
    file_type type = file_type::unknown;
};

/// Everything else that is done with paths and files; result 0.
struct file_call_operation : file_operation {
    file_call_operation(file_action what, char const* at, completion completed) noexcept
        : file_operation(opcode::file_call, io_handle{}, completed), action(what), path(at) {}
    file_call_operation(file_action what, io_handle file, completion completed) noexcept
        : file_operation(opcode::file_call, file, completed), action(what) {}
    file_action action;
    char const* path = nullptr;
    char const* other = nullptr;
    std::uint64_t number = 0;
    io_handle opened{};
    file_status status{};
    std::string text{};
    std::vector<listed_file> entries{};
};

/// What happened at a watched path; bits of `watch_event::what`.
enum class watch_bits : std::uint32_t {
    created = 1,
    modified = 2,
    /// One that was open for writing was closed.
    closed = 4,
    attributes = 8,
    removed = 16,
    moved_from = 32,
    moved_to = 64,
    /// The watched path itself is gone.
    self_removed = 128,
    self_moved = 256,
    /// More happened than there was room for.
    overflow = 512,
    /// Nothing more will come.
    ended = 1024,
};

/// One thing that happened: to the entry `name` of a watched directory, or, where that is empty, to what is watched.
struct watch_event {
    std::uint32_t what = 0;
    /// The same for both ends of a rename.
    std::uint32_t cookie = 0;
    std::string name;
};

/// Waits until something has happened, and adds it to `events`; result 0. One at a time on a handle.
struct watch_operation : operation {
    watch_operation(io_handle watched, completion completed) noexcept : operation(opcode::watch, watched, completed) {}
    std::vector<watch_event> events{};
};

}  // namespace rota::inline v0
