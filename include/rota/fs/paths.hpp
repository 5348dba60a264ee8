#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/engine/file_operation.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace rota::inline v0 {

// Paths are strings, and a `std::filesystem::path` becomes one by itself. Relative ones begin where the process stands; in
// simulation at the root of its own disk, on which there is a `/tmp` and nothing else. One with a zero byte in it is a
// `usage_error`. Errors are `system_error` with operation and path.

/// What the system knows of `path`. `lstat` looks at a symbolic link itself.
///
/// Errors: `stat /no/such: No such file or directory`.
/// Cancellation: raises; nothing has happened.
/// asyncio: `os.stat`, `os.lstat`; `pathlib.Path.stat`.
[[nodiscard]] ROTA_API coro<file_status> stat(std::string path);
[[nodiscard]] ROTA_API coro<file_status> lstat(std::string path);

/// Whether there is anything at `path`; a link that points nowhere is nothing.
///
/// Errors: where that can not be told, as in a directory that may not be entered.
/// Cancellation: raises; nothing has happened.
/// asyncio: `os.path.exists`, for which every error means no.
[[nodiscard]] ROTA_API coro<bool> exists(std::string path);

/// Makes a directory; false where there is one already. `permissions` are less the process's umask.
///
/// Cancellation: raises where it has not begun.
/// asyncio: `os.mkdir`, where one that is there is an error.
[[nodiscard]] ROTA_API coro<bool> create_directory(std::string path, std::uint32_t permissions = 0777);
/// The same with all that is missing above it.
///
/// Cancellation: raises between two of them; what was made stays.
/// asyncio: `os.makedirs(path, exist_ok=True)`.
[[nodiscard]] ROTA_API coro<bool> create_directories(std::string path, std::uint32_t permissions = 0777);

/// Makes `link` point to `target`, which need not be there.
///
/// Cancellation: raises where it has not begun.
/// asyncio: `os.symlink`.
[[nodiscard]] ROTA_API coro<> create_symlink(std::string target, std::string link);
/// Where the symbolic link `path` points.
///
/// Cancellation: raises; nothing has happened.
/// asyncio: `os.readlink`.
[[nodiscard]] ROTA_API coro<std::string> read_symlink(std::string path);

/// Sets the lower twelve bits of the mode, as `0644`.
///
/// Cancellation: raises where it has not begun.
/// asyncio: `os.chmod`.
[[nodiscard]] ROTA_API coro<> set_permissions(std::string path, std::uint32_t permissions);

/// Gives `from` the name `to`, in one step; a file that had that name is gone.
///
/// Errors: `rename /a to /b: Invalid cross-device link`: to another file system `copy_file` leads.
/// Cancellation: raises where it has not begun.
/// asyncio: `os.replace`.
[[nodiscard]] ROTA_API coro<> rename(std::string from, std::string to);

/// Removes a file, a link or an empty directory; false where there is nothing.
///
/// Cancellation: raises where it has not begun.
/// asyncio: `os.remove` and `os.rmdir`, where nothing is an error.
[[nodiscard]] ROTA_API coro<bool> remove(std::string path);
/// Removes it with all that is in it, following no link; gives how many that were, 0 where there was nothing.
///
/// Cancellation: raises where it has not begun; it does not stop half-way.
/// asyncio: `shutil.rmtree`.
[[nodiscard]] ROTA_API coro<std::uint64_t> remove_all(std::string path);

/// The names in a directory, in the order of their bytes, and what they stand for where the file system tells without
/// being asked again (else `file_type::unknown`). `walk` goes on from there.
///
/// Cancellation: raises; nothing has happened.
/// asyncio: `os.scandir`.
[[nodiscard]] ROTA_API coro<std::vector<listed_file>> list_directory(std::string path);

}  // namespace rota::inline v0
