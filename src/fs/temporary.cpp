#include <rota/fs/temporary.hpp>

#include "file_state.hpp"

#include <rota/core/loop.hpp>
#include <rota/fs/paths.hpp>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <utility>

namespace rota::inline v0 {
namespace {

std::string default_directory() {
    // A simulated disk has no more than that.
    if (running_loop().kernel().kind() == engine_kind::simulated) return "/tmp";
    char const* const wished = std::getenv("TMPDIR");
    return wished != nullptr && *wished != '\0' ? wished : "/tmp";
}

}  // namespace

coro<file> temporary_file(std::string directory) {
    if (directory.empty()) directory = default_directory();
    open_options options("x+");
    options.permissions = 0600;
    auto const path = detail::unused_name(directory);
    bool is_there = false;
    auto removing = detail::remove_if(is_there, path);
    file made;
    std::exception_ptr error;
    try {
        made = co_await detail::open_as("open", path, options);
        is_there = true;
    } catch (...) {
        error = std::current_exception();
    }
    auto const removed = co_await with_shield(std::move(removing));
    if (error) std::rethrow_exception(std::move(error));
    detail::check_result(removed, "remove", path);
    co_return made;
}

detail::temporary_directory::temporary_directory() : path(unused_name(default_directory())) {}

coro<> detail::temporary_directory::make() {
    bool const made = co_await create_directory(path, 0700);
    if (!made) throw_system_error(EEXIST, "create directory", path);
    is_there = true;
}

coro<> detail::temporary_directory::remove() {
    if (!is_there) co_return;
    file_awaiter<file_call_operation> removing("remove_all", file_action::remove_all, path.c_str());
    auto const result = co_await removing;
    check_result(result, "remove all of", path);
}

}  // namespace rota::inline v0
