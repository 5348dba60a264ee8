#pragma once

#include <rota/base/export.hpp>
#include <rota/core/async_generator.hpp>
#include <rota/engine/file_operation.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace rota::inline v0 {

/// How to walk.
///
/// asyncio: has no files; the arguments of `os.walk`.
struct walk_options {
    walk_options() = default;

    /// Enters directories that a symbolic link leads to; one that is being walked already is not entered again.
    bool follow_links = false;
    /// Passes over directories that may not be read, instead of ending with the error.
    bool skip_denied = false;
};

/// What `walk` gives: something below the directory that it began at.
///
/// asyncio: has no files; `os.DirEntry`.
struct walk_entry {
    /// The path that `walk` was given, and the names below it.
    std::string path;
    /// Never `unknown`. Of a link that is followed what it leads to.
    file_type type = file_type::unknown;
    /// 0 for what stands directly in the directory.
    std::size_t depth = 0;
    /// Set it to false on a directory that is to be left out.
    bool enter = true;

    /// The last part of the path.
    std::string_view name() const noexcept { return std::string_view(path).substr(path.rfind('/') + 1); }
    bool is_directory() const noexcept { return type == file_type::directory; }
    bool is_regular_file() const noexcept { return type == file_type::regular; }
    bool is_symlink() const noexcept { return type == file_type::symlink; }
};

/// Everything below the directory `path`, each directory before what is in it, names in the order of their bytes. What
/// vanishes meanwhile is passed over; what is new may be missed.
///
///     auto entries = rota::walk(folder);
///     while (auto entry = co_await entries.next()) {
///         if (entry->is_directory() && entry->name() == ".git") entry->enter = false;
///         if (entry->is_regular_file()) ++files;
///     }
///
/// Errors: `system_error` where `path` can not be listed, or a directory below it may not be read (`skip_denied`).
/// Cancellation: comes out of `next`, and ends the walk.
/// asyncio: `os.walk`, which passes over every error, and gives lists of a directory's names.
[[nodiscard]] ROTA_API async_generator<walk_entry&> walk(std::string path, walk_options options = {});

}  // namespace rota::inline v0
