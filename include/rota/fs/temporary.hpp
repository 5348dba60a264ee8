#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/result_room.hpp>
#include <rota/fs/file.hpp>
#include <rota/fs/paths.hpp>

#include <exception>
#include <string>
#include <type_traits>
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
    using R = typename Bound::result;
    temporary_directory directory;
    auto removing = directory.remove();
    std::exception_ptr error;
    result_room<R> value;
    try {
        co_await directory.make();
        body.start(directory.path);
        auto& awaiter = body.awaiter();  // named: GCC 12 copies what a call returns by reference
        if constexpr (std::is_void_v<R>)
            co_await awaiter;
        else
            value.fill(co_await awaiter);
    } catch (...) {
        error = std::current_exception();
    }
    co_await with_shield(std::move(removing));
    if (error) std::rethrow_exception(std::move(error));
    if constexpr (!std::is_void_v<R>) co_return value.take();
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
