#include <rota/fs/temporary.hpp>

#include "file_state.hpp"

#include <rota/core/loop.hpp>
#include <rota/fs/paths.hpp>

#include <cerrno>
#include <cstdlib>
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
    auto made = co_await detail::open_as("open", detail::unused_name(directory), options);
    co_await with_shield(remove(made.path()));
    co_return made;
}

coro<std::string> detail::make_temporary_directory() {
    auto path = unused_name(default_directory());
    bool const made = co_await create_directory(path, 0700);
    if (!made) throw_system_error(EEXIST, "create directory", path);
    co_return path;
}

}  // namespace rota::inline v0
