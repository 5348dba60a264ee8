// What is behind a file: its handle, its position, and what was read ahead.
#pragma once

#include "file_awaiter.hpp"

#include <rota/base/error.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/engine/file_operation.hpp>
#include <rota/fs/file.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v0::detail {

/// Refuses a path that the kernel would cut at a zero byte.
void check_path(std::string const& path);
/// Throws where `result` is a negative errno.
void check_result(std::int32_t result, char const* operation, std::string const& path);

struct file_state {
    file_state(scheduler& on, std::string at, open_options const& with)
        : home(&on), path(std::move(at)), options(with) {}
    file_state(file_state const&) = delete;
    file_state& operator=(file_state const&) = delete;
    ~file_state() { close_now(); }

    /// Takes over what was opened.
    static file_state& of(file const& opened) noexcept { return *opened.state_; }
    static file adopt(std::shared_ptr<file_state> state, open_file_operation const& opened) noexcept;
    void close_now() noexcept;
    void require_own_loop() const;

    std::string_view ahead() const noexcept { return std::string_view(buffer).substr(used); }
    void consume(std::size_t bytes) noexcept;
    /// What comes next is something else. What a pipe has given stays, since it gives it once.
    void forget_ahead() noexcept;
    std::uint64_t next_offset() const noexcept { return seekable ? position + ahead().size() : at_current_position; }

    scheduler* home;
    io_handle handle{};
    std::string path;
    open_options options;
    bool seekable = true;
    /// How long it was when it was opened.
    std::uint64_t first_size = 0;
    /// Something uses the position.
    bool busy = false;
    /// Of the first byte in `ahead()`.
    std::uint64_t position = 0;
    std::string buffer{};
    std::size_t used = 0;
};

/// Has the position of a file to itself for as long as it lives. Throws where another has it.
class position_turn {
public:
    explicit position_turn(file_state& of);
    position_turn(position_turn const&) = delete;
    position_turn& operator=(position_turn const&) = delete;
    ~position_turn() { of_.busy = false; }

private:
    file_state& of_;
};

/// Opens; an error is called `operation`.
coro<file> open_as(char const* operation, std::string path, open_options options);
/// What removes `path`, if it is to: made, and so its frame had, before there is anything to remove. Without awaits of
/// frames. Awaited in any case. Gives 0 or a negative errno.
coro<std::int32_t> remove_if(bool const& wanted, std::string const& path);
/// `directory/.rota-RANDOM`.
std::string unused_name(std::string const& directory);

}  // namespace rota::inline v0::detail
