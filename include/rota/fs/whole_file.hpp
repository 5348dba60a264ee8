#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rota::inline v0 {

/// All that is in the file at `path`, but no more than `limit` bytes (1 GiB): then `limit_overrun_error`.
///
/// Cancellation: raises; nothing stays open.
/// asyncio: `pathlib.Path.read_bytes`.
[[nodiscard]] ROTA_API coro<std::string> read_file(std::string path, std::size_t limit = std::size_t{1} << 30);

/// Makes the file at `path` hold `data` and nothing else. Whoever reads it meanwhile sees it half-written, and what it held
/// is gone where the disk is full: what matters is better replaced (`replace_file`).
///
/// Cancellation: leaves what was written so far.
/// asyncio: `pathlib.Path.write_bytes`.
[[nodiscard]] ROTA_API coro<> write_file(std::string path, std::string_view data);

/// The same so that at every moment, a loss of power included, there is either the old file or the new one, whole: it is
/// written beside it, under a name of its own (`.rota-...`), put on the disk, and takes the name in one step. It keeps the
/// permissions of the old one, not its owner; a symbolic link is replaced itself.
///
/// Errors: leave the old file, and nothing beside it.
/// Cancellation: the same where it raises; once the new file has the name the cancel comes out of the next await.
/// asyncio: has nothing like it.
[[nodiscard]] ROTA_API coro<> replace_file(std::string path, std::string_view data);

/// Whether `copy_file` may take the place of a file that is there.
///
/// asyncio: has no files; `std::filesystem::copy_options`.
enum class copy_options : std::uint8_t { none, overwrite_existing };

/// Copies the content and the permissions of the file `from` to `to`, which must not be there unless `options` say so;
/// then it is replaced in one step. Gives how many bytes that were.
///
/// Errors: leave nothing half-copied.
/// Cancellation: the same.
/// asyncio: `shutil.copy`, which overwrites.
[[nodiscard]] ROTA_API coro<std::uint64_t> copy_file(std::string from, std::string to,
                                                     copy_options options = copy_options::none);

}  // namespace rota::inline v0
