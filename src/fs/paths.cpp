#include <rota/fs/paths.hpp>

#include "file_state.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace rota::inline v0 {
namespace {

using detail::check_path;
using detail::check_result;
using detail::file_awaiter;

/// One that gives no more than 0 or a negative errno. The strings stay the caller's.
coro<std::int32_t> simple(char const* what, file_action action, std::string const& path, std::uint64_t number = 0,
                          std::string const* other = nullptr) {
    check_path(path);
    file_awaiter<file_call_operation> call(what, action, path.c_str());
    call.number = number;
    if (other != nullptr) {
        check_path(*other);
        call.other = other->c_str();
    }
    co_return co_await call;
}

coro<file_status> status_of(file_action action, std::string path) {
    check_path(path);
    file_awaiter<file_call_operation> call("stat", action, path.c_str());
    auto const result = co_await call;
    check_result(result, "stat", path);
    co_return call.status;
}

}  // namespace

coro<file_status> stat(std::string path) { return status_of(file_action::stat, std::move(path)); }
coro<file_status> lstat(std::string path) { return status_of(file_action::stat_link, std::move(path)); }

coro<bool> exists(std::string path) {
    auto const result = co_await simple("exists", file_action::stat, path);
    if (result == -ENOENT || result == -ENOTDIR) co_return false;
    check_result(result, "stat", path);
    co_return true;
}

coro<bool> create_directory(std::string path, std::uint32_t permissions) {
    auto const result = co_await simple("create_directory", file_action::create_directory, path, permissions);
    if (result == -EEXIST) {
        auto const there = co_await stat(path);
        if (there.is_directory()) co_return false;
    }
    check_result(result, "create directory", path);
    co_return true;
}

coro<bool> create_directories(std::string path, std::uint32_t permissions) {
    // Mostly there is little to make, or nothing.
    auto const result = co_await simple("create_directories", file_action::create_directory, path, permissions);
    if (result == -ENOENT) {
        auto const last = path.find_last_not_of('/');
        auto const slash = last == std::string::npos ? last : path.rfind('/', last);
        if (slash != std::string::npos && slash != 0) {
            co_await create_directories(path.substr(0, slash), permissions);
            co_return co_await create_directory(std::move(path), permissions);
        }
    }
    if (result == -EEXIST) {
        auto const there = co_await stat(path);
        if (there.is_directory()) co_return false;
    }
    check_result(result, "create directory", path);
    co_return true;
}

coro<> create_symlink(std::string target, std::string link) {
    auto const result = co_await simple("create_symlink", file_action::create_symlink, target, 0, &link);
    check_result(result, "create link", link);
}

coro<std::string> read_symlink(std::string path) {
    check_path(path);
    file_awaiter<file_call_operation> call("read_symlink", file_action::read_symlink, path.c_str());
    auto const result = co_await call;
    check_result(result, "read link", path);
    co_return std::move(call.text);
}

coro<> set_permissions(std::string path, std::uint32_t permissions) {
    auto const result = co_await simple("set_permissions", file_action::set_permissions, path, permissions);
    check_result(result, "set permissions of", path);
}

coro<> rename(std::string from, std::string to) {
    auto const result = co_await simple("rename", file_action::rename, from, 0, &to);
    if (result < 0) throw system_error(-result, "rename", from + " to " + to);
}

coro<bool> remove(std::string path) {
    auto const result = co_await simple("remove", file_action::remove, path);
    if (result == -ENOENT) co_return false;
    check_result(result, "remove", path);
    co_return true;
}

coro<std::uint64_t> remove_all(std::string path) {
    check_path(path);
    file_awaiter<file_call_operation> call("remove_all", file_action::remove_all, path.c_str());
    auto const result = co_await call;
    check_result(result, "remove all of", path);
    co_return call.number;
}

coro<std::vector<listed_file>> list_directory(std::string path) {
    check_path(path);
    file_awaiter<file_call_operation> call("list_directory", file_action::list, path.c_str());
    auto const result = co_await call;
    check_result(result, "list", path);
    std::sort(call.entries.begin(), call.entries.end(),
              [](listed_file const& a, listed_file const& b) { return a.name < b.name; });
    co_return std::move(call.entries);
}

}  // namespace rota::inline v0
