#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/result.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/fs/file.hpp>
#include <rota/fs/paths.hpp>

#include <string>
#include <utility>

namespace rota::inline v0 {

/// A new file without a name, for reading and writing by its owner alone, that is gone when it is closed. It is made in
/// `directory`; empty: that of the environment's `TMPDIR`, else `/tmp`.
///
/// Cancellation: leaves nothing behind.
/// asyncio: `tempfile.TemporaryFile`.
[[nodiscard]] ROTA_API coro<file> temporary_file(std::string directory = {});

namespace detail {

/// A directory of a name nobody else has, for its owner alone.
struct ROTA_API temporary_directory {
    temporary_directory();
    coro<> make();
    /// Where it was made. To be called before that, so that its frame is there whatever memory is short of later, and to be
    /// awaited in any case.
    coro<> remove();

    std::string const path;
    bool is_there = false;
};

template <class Bound>
coro<typename Bound::result> run_with_temporary_directory(Bound body) {
    temporary_directory directory;
    auto removing = directory.remove();
    // Through a function, for the frame of making it may find no memory.
    auto const make = [&] { return directory.make(); };
    auto const made = co_await as_result_of(make);
    auto const start = [&]() -> auto& {
        made.value();
        return body.start(directory.path);
    };
    auto outcome = co_await as_result_of(start);
    co_await with_shield(std::move(removing));
    co_return std::move(outcome).value();
}

}  // namespace detail

/// Makes a directory, awaits `body` and removes the directory with all that is in it, however the body ended. `body` is
/// `fn, args...`, called as `fn(path, args...)`, `path` a `std::string const&`. Gives what the body gives. It is made where
/// the environment's `TMPDIR` says, else in `/tmp`.
///
///     co_await rota::with_temporary_directory([](std::string const& folder) -> rota::coro<> {
///         co_await rota::write_file(folder + "/draft", "some text");
///     });
///
/// Errors: the body's; where the removal throws, that is what comes out.
/// Cancellation: reaches the body; the removal is shielded.
/// asyncio: `with tempfile.TemporaryDirectory() as path`.
template <class Body, class... Args>
[[nodiscard]] auto with_temporary_directory(Body&& body, Args&&... args) {
    return detail::run_with_temporary_directory(
        detail::bind_body(detail::offers<std::string const>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}

}  // namespace rota::inline v0
