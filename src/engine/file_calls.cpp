#include "file_calls.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <system_error>

namespace rota::inline v0::detail {
namespace {

/// 0, or the negative errno of a call that says -1.
std::int32_t outcome(int returned) noexcept { return returned < 0 ? -errno : 0; }

template <class Call>
std::int32_t uninterrupted(Call&& call) noexcept {
    for (;;) {
        auto const result = call();
        if (result >= 0) return static_cast<std::int32_t>(result);
        if (errno != EINTR) return -errno;
    }
}

file_type type_of(mode_t mode) noexcept {
    switch (mode & S_IFMT) {
        case S_IFREG: return file_type::regular;
        case S_IFDIR: return file_type::directory;
        case S_IFLNK: return file_type::symlink;
        case S_IFBLK: return file_type::block;
        case S_IFCHR: return file_type::character;
        case S_IFIFO: return file_type::fifo;
        case S_IFSOCK: return file_type::socket;
        default: return file_type::unknown;
    }
}

file_status::time_point to_time(timespec const& at) noexcept {
    auto const since = std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec);
    return file_status::time_point(std::chrono::duration_cast<file_status::time_point::duration>(since));
}

file_status to_status(struct stat const& from) noexcept {
    file_status made;
    made.type = type_of(from.st_mode);
    made.permissions = from.st_mode & 07777;
    made.size = static_cast<std::uint64_t>(from.st_size);
    made.links = from.st_nlink;
    made.device = from.st_dev;
    made.inode = from.st_ino;
    made.owner = from.st_uid;
    made.group = from.st_gid;
    made.modified = to_time(from.st_mtim);
    made.changed = to_time(from.st_ctim);
    made.accessed = to_time(from.st_atim);
    return made;
}

std::int32_t read_status(file_call_operation& op) noexcept {
    struct stat found{};
    int returned = -1;
    if (op.path == nullptr)
        returned = ::fstat(op.descriptor, &found);
    else if (op.action == file_action::stat)
        returned = ::stat(op.path, &found);
    else
        returned = ::lstat(op.path, &found);
    if (returned < 0) return -errno;
    op.status = to_status(found);
    return 0;
}

struct close_directory {
    void operator()(DIR* open) const noexcept { ::closedir(open); }
};

std::int32_t list(file_call_operation& op) {
    std::unique_ptr<DIR, close_directory> const open(::opendir(op.path));
    if (!open) return -errno;
    for (;;) {
        errno = 0;
        auto const* const entry = ::readdir(open.get());
        if (entry == nullptr) return -errno;
        if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
        op.entries.push_back({entry->d_name, type_of(static_cast<mode_t>(DTTOIF(entry->d_type)))});
    }
}

std::int32_t read_link(file_call_operation& op) {
    std::array<char, PATH_MAX> target;
    auto const length = ::readlink(op.path, target.data(), target.size());
    if (length < 0) return -errno;
    op.text.assign(target.data(), static_cast<std::size_t>(length));
    return 0;
}

std::int32_t remove_all(file_call_operation& op) {
    // The standard library's goes from directory to directory by descriptor: nobody can lead it astray with a link.
    std::error_code error;
    auto const count = std::filesystem::remove_all(op.path, error);
    if (error) return -error.value();
    op.number = count;
    return 0;
}

std::int32_t open_watch(file_call_operation const& op) noexcept {
    int const descriptor = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (descriptor < 0) return -errno;
    constexpr std::uint32_t wanted = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM |
                                     IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;
    if (::inotify_add_watch(descriptor, op.path, wanted) >= 0) return descriptor;
    int const error = errno;
    ::close(descriptor);
    return -error;
}

std::int32_t call(file_call_operation& op) {
    switch (op.action) {
        case file_action::stat:
        case file_action::stat_link: return read_status(op);
        case file_action::truncate:
            if (op.number > static_cast<std::uint64_t>(LLONG_MAX)) return -EFBIG;
            return uninterrupted([&] { return ::ftruncate(op.descriptor, static_cast<off_t>(op.number)); });
        case file_action::set_permissions: return outcome(::chmod(op.path, static_cast<mode_t>(op.number)));
        case file_action::rename: return outcome(::rename(op.path, op.other));
        case file_action::remove: return outcome(::remove(op.path));
        case file_action::remove_all: return remove_all(op);
        case file_action::create_directory: return outcome(::mkdir(op.path, static_cast<mode_t>(op.number)));
        case file_action::create_symlink: return outcome(::symlink(op.path, op.other));
        case file_action::read_symlink: return read_link(op);
        case file_action::list: return list(op);
        case file_action::watch: return open_watch(op);
    }
    return -EINVAL;
}

std::int32_t read(read_at_operation const& op) noexcept {
    auto const size = transfer_size(op.length);
    if (op.offset == at_current_position) return uninterrupted([&] { return ::read(op.descriptor, op.buffer, size); });
    return uninterrupted([&] { return ::pread(op.descriptor, op.buffer, size, static_cast<off_t>(op.offset)); });
}

std::int32_t write(write_at_operation const& op) noexcept {
    auto const size = transfer_size(op.length);
    if (op.offset == at_current_position) return uninterrupted([&] { return ::write(op.descriptor, op.data, size); });
    return uninterrupted([&] { return ::pwrite(op.descriptor, op.data, size, static_cast<off_t>(op.offset)); });
}

std::int32_t perform(file_operation& op) {
    switch (op.code()) {
        case opcode::open_file: {
            auto const& open = static_cast<open_file_operation const&>(op);
            return uninterrupted([&] { return ::open(open.path, kernel_flags(open.flags), open.permissions); });
        }
        case opcode::read_at: return read(static_cast<read_at_operation const&>(op));
        case opcode::write_at: return write(static_cast<write_at_operation const&>(op));
        case opcode::sync_file:
            return uninterrupted([&] {
                return static_cast<sync_file_operation const&>(op).data_only ? ::fdatasync(op.descriptor)
                                                                             : ::fsync(op.descriptor);
            });
        case opcode::file_call: return call(static_cast<file_call_operation&>(op));
        default: return -EINVAL;
    }
}

struct named_bit {
    std::uint32_t kernel;
    watch_bits ours;
};
constexpr std::array<named_bit, 11> watch_names = {{
    {IN_CREATE, watch_bits::created},
    {IN_MODIFY, watch_bits::modified},
    {IN_CLOSE_WRITE, watch_bits::closed},
    {IN_ATTRIB, watch_bits::attributes},
    {IN_DELETE, watch_bits::removed},
    {IN_MOVED_FROM, watch_bits::moved_from},
    {IN_MOVED_TO, watch_bits::moved_to},
    {IN_DELETE_SELF, watch_bits::self_removed},
    {IN_MOVE_SELF, watch_bits::self_moved},
    {IN_Q_OVERFLOW, watch_bits::overflow},
    {IN_IGNORED, watch_bits::ended},
}};

void append(std::vector<watch_event>& events, inotify_event const& told, char const* name) {
    watch_event made;
    for (auto const& [kernel, ours] : watch_names)
        if ((told.mask & kernel) != 0) made.what |= static_cast<std::uint32_t>(ours);
    if (made.what == 0) return;
    made.cookie = told.cookie;
    if (told.len != 0) made.name = name;
    events.push_back(std::move(made));
}

}  // namespace

bool needs_handle(file_operation const& op) noexcept {
    if (op.code() == opcode::file_call) {
        auto const& asked = static_cast<file_call_operation const&>(op);
        return asked.path == nullptr;
    }
    return op.code() != opcode::open_file;
}

bool asks_for_no_bytes(file_operation& op) noexcept {
    bool const nothing = (op.code() == opcode::read_at && static_cast<read_at_operation const&>(op).length == 0) ||
                         (op.code() == opcode::write_at && static_cast<write_at_operation const&>(op).length == 0);
    if (nothing) op.finish_at_once(0);
    return nothing;
}

int kernel_flags(open_flags flags) noexcept {
    int made = O_CLOEXEC | O_NOCTTY;
    if (has_any(flags, open_flags::write | open_flags::append))
        made |= has_any(flags, open_flags::read) ? O_RDWR : O_WRONLY;
    if (has_any(flags, open_flags::append)) made |= O_APPEND;
    if (has_any(flags, open_flags::create)) made |= O_CREAT;
    if (has_any(flags, open_flags::exclusive)) made |= O_EXCL;
    if (has_any(flags, open_flags::truncate)) made |= O_TRUNC;
    if (has_any(flags, open_flags::directory)) made |= O_DIRECTORY;
    if (has_any(flags, open_flags::no_follow)) made |= O_NOFOLLOW;
    return made;
}

void do_file_call(blocking_operation& op) noexcept {
    auto& asked = static_cast<file_operation&>(op);
    try {
        op.finish_at_once(perform(asked));
    } catch (std::bad_alloc const&) {
        op.finish_at_once(-ENOMEM);
    }
}

std::int32_t read_cached(read_at_operation& op) noexcept {
    // No more than is copied in a moment: others wait meanwhile.
    constexpr std::size_t most = std::size_t{1} << 20;
    iovec const into{op.buffer, std::min(op.length, most)};
    auto const count = ::preadv2(op.descriptor, &into, 1, static_cast<off_t>(op.offset), RWF_NOWAIT);
    return count < 0 ? -errno : static_cast<std::int32_t>(count);
}

std::int32_t inspect_opened(open_file_operation& op, int descriptor) noexcept {
    struct stat found{};
    if (::fstat(descriptor, &found) < 0) return -errno;
    op.status = to_status(found);
    return op.status.is_directory() && !has_any(op.flags, open_flags::directory) ? -EISDIR : 0;
}

std::int32_t read_watch(watch_operation& op, int descriptor) noexcept {
    alignas(inotify_event) std::array<char, 4096> room;
    constexpr std::size_t most_at_once = room.size() / sizeof(inotify_event);
    for (;;) {
        // What was read can not be read again: there is room for it first, and for names that find none there is an overflow.
        try {
            op.events.reserve(op.events.size() + most_at_once);
        } catch (std::bad_alloc const&) {
            return op.events.empty() ? -ENOMEM : 0;
        }
        auto const count = ::read(descriptor, room.data(), room.size());
        if (count < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN && !op.events.empty() ? 0 : -errno;
        }
        try {
            for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
                inotify_event told{};
                std::memcpy(&told, room.data() + at, sizeof told);
                append(op.events, told, room.data() + at + sizeof told);
                at += sizeof told + told.len;
            }
        } catch (std::bad_alloc const&) {
            watch_event lost;
            lost.what = static_cast<std::uint32_t>(watch_bits::overflow);
            op.events.push_back(std::move(lost));
        }
        constexpr std::size_t enough = 4096;
        if (op.events.size() >= enough) return 0;
    }
}

}  // namespace rota::inline v0::detail
