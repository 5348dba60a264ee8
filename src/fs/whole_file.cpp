#include <rota/fs/whole_file.hpp>

#include "file_state.hpp"

#include <rota/core/with_shield.hpp>
#include <rota/fs/file.hpp>
#include <rota/fs/paths.hpp>

#include <cerrno>
#include <exception>
#include <optional>
#include <utility>

namespace rota::inline v0 {
namespace {

constexpr std::size_t copied_at_once = std::size_t{1024} * 1024;

std::string directory_of(std::string const& path) {
    auto const slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

coro<std::optional<std::uint32_t>> permissions_of(std::string path) {
    std::optional<std::uint32_t> found;
    try {
        auto const status = co_await stat(std::move(path));
        found = status.permissions;
    } catch (system_error const& error) {
        if (error.code() != std::errc::no_such_file_or_directory) throw;
    }
    co_return found;
}

/// A new file, which is removed again unless it gets its name.
struct new_file {
    std::string path;
    bool is_there = false;

    coro<file> open(std::uint32_t permissions) {
        open_options options("x");
        options.permissions = permissions;
        auto opened = co_await open_file(path, options);
        is_there = true;
        co_return opened;
    }
};

/// Gives it its name, and syncs the directory so that a loss of power does not bring back the name's old meaning. Nothing
/// that asks for memory comes after the rename.
coro<> give_name(new_file& made, std::string to) {
    open_options options;
    options.flags = open_flags::read | open_flags::directory;
    auto directory = co_await detail::open_as("open", directory_of(to), options);
    detail::file_awaiter<file_call_operation> renaming("rename", file_action::rename, made.path.c_str());
    renaming.other = to.c_str();
    auto const renamed = co_await renaming;
    if (renamed < 0) throw system_error(-renamed, "rename", made.path + " to " + to);
    made.is_there = false;
    detail::file_awaiter<sync_file_operation> syncing("file.sync", detail::file_state::of(directory).handle, false);
    auto const synced = co_await syncing;
    // File systems that have no such thing.
    if (synced != -EINVAL) detail::check_result(synced, "sync", directory.path());
}

coro<> copy_content(file& from, file& to, std::uint64_t& bytes) {
    for (;;) {
        auto const piece = co_await from.read_some(copied_at_once);
        if (piece.empty()) co_return;
        co_await to.write(piece);
        bytes += piece.size();
    }
}

coro<> write_and_sync(new_file& at, std::optional<std::uint32_t> permissions, std::string_view data) {
    auto target = co_await at.open(permissions.value_or(0666));
    if (permissions) co_await set_permissions(at.path, *permissions);
    co_await target.write(data);
    co_await target.sync();
    co_await target.close();
}

coro<> copy_and_sync(new_file& at, file& source, std::uint32_t permissions, std::uint64_t& bytes) {
    auto target = co_await at.open(permissions);
    co_await set_permissions(at.path, permissions);
    co_await copy_content(source, target, bytes);
    co_await target.sync();
    co_await target.close();
}

}  // namespace

coro<std::string> read_file(std::string path, std::size_t limit) {
    auto source = co_await open_file(std::move(path), "r");
    co_return co_await source.read_all(limit);
}

coro<> write_file(std::string path, std::string_view data) {
    auto target = co_await open_file(std::move(path), "w");
    co_await target.write(data);
    co_await target.close();
}

coro<> replace_file(std::string path, std::string_view data) {
    auto const permissions = co_await permissions_of(path);
    new_file made{detail::unused_name(directory_of(path))};
    auto removing = detail::remove_if(made.is_there, made.path);
    std::exception_ptr error;
    try {
        co_await write_and_sync(made, permissions, data);
        co_await with_shield(give_name(made, path));
    } catch (...) {
        error = std::current_exception();
    }
    (void)co_await with_shield(std::move(removing));
    if (error) std::rethrow_exception(std::move(error));
}

coro<std::uint64_t> copy_file(std::string from, std::string to, copy_options options) {
    auto source = co_await open_file(std::move(from), "r");
    auto const status = co_await source.status();
    bool const in_place = options == copy_options::none;
    new_file made{in_place ? to : detail::unused_name(directory_of(to))};
    auto removing = detail::remove_if(made.is_there, made.path);
    std::uint64_t bytes = 0;
    std::exception_ptr error;
    try {
        co_await copy_and_sync(made, source, status.permissions, bytes);
        if (in_place)
            made.is_there = false;  // this is its name
        else
            co_await with_shield(give_name(made, to));
    } catch (...) {
        error = std::current_exception();
    }
    (void)co_await with_shield(std::move(removing));
    if (error) std::rethrow_exception(std::move(error));
    co_return bytes;
}

}  // namespace rota::inline v0
