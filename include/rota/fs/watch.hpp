#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace rota::inline v0 {

/// What happened at a watched path.
///
/// asyncio: has no files, and nothing like it.
struct path_change {
    enum class kind : std::uint8_t {
        /// Made, or moved to here from somewhere else.
        created,
        /// Written to, or cut.
        modified,
        /// Closed by someone who had it open for writing: now it is whole.
        written,
        /// Permissions, times, owner or number of names.
        attributes,
        /// Removed, or moved away from here.
        removed,
        /// `old_name` is `name` now. Of the watched path itself both are empty.
        renamed,
        /// More happened than the system keeps: look for yourself.
        overflow,
    };
    kind what = kind::modified;
    /// The entry of a watched directory; empty for what is watched itself.
    std::string name;
    std::string old_name;
};

namespace detail {

struct watch_state;

}  // namespace detail

/// Tells what happens at a path, made by `watch`. Move-only; its destructor ends the watching. Each takes one of the system's
/// inotify instances, of which a user has 128 by default.
///
/// asyncio: has no files, and nothing like it.
class ROTA_API path_watch {
public:
    path_watch() = default;
    path_watch(path_watch&&) noexcept = default;
    path_watch& operator=(path_watch&&) noexcept = default;
    ~path_watch() = default;

    explicit operator bool() const noexcept { return state_ != nullptr; }
    /// As it was given to `watch`.
    std::string const& path() const;

    /// Waits for the next change; nothing where the path has been removed and no more will come:
    ///
    ///     while (auto change = co_await watching.next()) names.push_back(change->name);
    ///
    /// What came while nobody waited is given in order; changes in a row that say the same of the same name are one.
    ///
    /// Errors: `usage_error` while another task waits.
    /// Cancellation: no change is lost.
    /// asyncio: has nothing like it.
    [[nodiscard]] coro<std::optional<path_change>> next();

private:
    friend struct detail::watch_state;
    explicit path_watch(std::shared_ptr<detail::watch_state> state) noexcept : state_(std::move(state)) {}

    std::shared_ptr<detail::watch_state> state_;
};

/// Watches a file, or a directory and the names in it (not what is below those), from the moment this ends.
///
/// Errors: `system_error`, as in `watch /no/such: No such file or directory`.
/// Cancellation: leaves nothing watched.
/// asyncio: has nothing like it.
[[nodiscard]] ROTA_API coro<path_watch> watch(std::string path);

}  // namespace rota::inline v0
