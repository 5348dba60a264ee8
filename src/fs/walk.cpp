#include <rota/fs/walk.hpp>

#include <rota/base/error.hpp>
#include <rota/fs/paths.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace {

/// A directory that is being walked.
struct level {
    std::string path;
    std::vector<listed_file> names;
    std::size_t next = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
};

bool has_vanished(system_error const& error) {
    return error.code() == std::errc::no_such_file_or_directory || error.code() == std::errc::not_a_directory;
}

std::string join(std::string const& directory, std::string const& name) {
    return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

/// Nothing where it has vanished, is to be passed over, or is one of those that are being walked.
coro<std::optional<level>> enter(std::string path, walk_options const& options, std::vector<level> const& walked) {
    std::optional<level> made(std::in_place);
    try {
        if (options.follow_links) {
            auto const status = co_await stat(path);
            made->device = status.device;
            made->inode = status.inode;
            bool const in_a_ring = std::any_of(walked.begin(), walked.end(), [&](level const& each) {
                return each.device == status.device && each.inode == status.inode;
            });
            if (in_a_ring) co_return std::nullopt;
        }
        made->names = co_await list_directory(path);
    } catch (system_error const& error) {
        bool const denied = options.skip_denied && error.code() == std::errc::permission_denied;
        if (walked.empty() || (!denied && !has_vanished(error))) throw;
        made.reset();
    }
    if (made) made->path = std::move(path);
    co_return made;
}

/// What stands there, by a call of its own; `not_found` where it has vanished, or the link leads nowhere.
coro<file_type> ask_type(std::string path, bool follow) {
    auto type = file_type::not_found;
    try {
        auto asking = follow ? stat(std::move(path)) : lstat(std::move(path));
        auto const status = co_await std::move(asking);
        type = status.type;
    } catch (system_error const& error) {
        bool const leads_nowhere =
            error.code() == std::errc::too_many_symbolic_link_levels || error.code() == std::errc::permission_denied;
        if (!has_vanished(error) && !(follow && leads_nowhere)) throw;
    }
    co_return type;
}

}  // namespace

async_generator<walk_entry&> walk(std::string path, walk_options options) {
    std::vector<level> walked;
    auto first = co_await enter(std::move(path), options, walked);
    walked.push_back(std::move(*first));
    while (!walked.empty()) {
        level& here = walked.back();
        if (here.next == here.names.size()) {
            walked.pop_back();
            continue;
        }
        listed_file const& found = here.names[here.next++];
        walk_entry entry;
        entry.path = join(here.path, found.name);
        entry.type = found.type;
        entry.depth = walked.size() - 1;
        if (entry.type == file_type::unknown) entry.type = co_await ask_type(entry.path, false);
        if (entry.type == file_type::not_found) continue;
        if (entry.is_symlink() && options.follow_links) {
            auto const target = co_await ask_type(entry.path, true);
            if (target != file_type::not_found) entry.type = target;
        }
        co_yield entry;
        if (!entry.is_directory() || !entry.enter) continue;
        auto below = co_await enter(std::move(entry.path), options, walked);
        if (below) walked.push_back(std::move(*below));
    }
}

}  // namespace rota::inline v0
