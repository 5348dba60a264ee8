#include <rota/fs/file.hpp>

#include "file_state.hpp"

#include <rota/io/errors.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace rota::inline v0 {
namespace {

using detail::check_result;
using detail::file_awaiter;
using detail::file_state;
using detail::position_turn;
using state_ref = std::shared_ptr<file_state>;

constexpr std::size_t first_step = std::size_t{64} * 1024;
constexpr std::size_t largest_step = std::size_t{1024} * 1024;

/// A handle after `close` is stale, and answers `EBADF` by itself.
io_handle usable(file_state const& state) {
    state.require_own_loop();
    return state.handle;
}

[[noreturn]] void throw_overrun(file_state const& state, std::string const& what, std::size_t consumed) {
    throw limit_overrun_error("read " + state.path + ": " + what, consumed);
}

coro<std::size_t> fill(state_ref state, std::uint64_t offset, std::span<char> room) {
    std::size_t done = 0;
    while (done < room.size()) {
        file_awaiter<read_at_operation> reading("file.read_at", usable(*state), room.data() + done, room.size() - done,
                                                offset + done);
        auto const result = co_await reading;
        check_result(result, "read", state->path);
        if (result == 0) break;
        done += static_cast<std::size_t>(result);
    }
    co_return done;
}

coro<std::string> fill_string(state_ref state, std::uint64_t offset, std::size_t size) {
    std::string made;
    // The size may be a stranger's claim: no more room than doubles what is there.
    while (made.size() < size) {
        std::size_t const had = made.size();
        std::size_t const step = std::min(size - had, std::max(had, largest_step));
        made.resize(had + step);
        auto const count = co_await fill(state, offset + had, std::span(made).subspan(had));
        made.resize(had + count);
        if (count < step) break;
    }
    co_return made;
}

coro<> write_whole(state_ref state, std::uint64_t offset, std::string_view data) {
    while (!data.empty()) {
        file_awaiter<write_at_operation> writing("file.write_at", usable(*state), data.data(), data.size(), offset);
        auto const result = co_await writing;
        check_result(result == 0 ? -EIO : result, "write", state->path);
        data.remove_prefix(static_cast<std::size_t>(result));
        offset += static_cast<std::uint64_t>(result);
    }
}

/// Reads more behind what was read ahead; false at the end.
coro<bool> read_ahead(file_state& state, std::size_t bytes) {
    state.buffer.erase(0, std::exchange(state.used, 0));
    std::size_t const had = state.buffer.size();
    state.buffer.resize(had + bytes);
    // What is not filled must go again, however this ends.
    struct trim {
        std::string& buffer;
        std::size_t size;
        ~trim() { buffer.resize(size); }
    } kept{state.buffer, had};
    auto const offset = state.seekable ? state.position + had : at_current_position;
    file_awaiter<read_at_operation> reading("file.read", usable(state), state.buffer.data() + had, bytes, offset);
    auto const result = co_await reading;
    check_result(result, "read", state.path);
    kept.size += static_cast<std::size_t>(result);
    co_return result != 0;
}

std::string take(file_state& state, std::size_t bytes) {
    if (state.used == 0 && bytes == state.buffer.size()) {
        state.position += bytes;
        return std::exchange(state.buffer, {});
    }
    std::string taken(state.ahead().substr(0, bytes));
    state.consume(bytes);
    return taken;
}

coro<std::string> read_some_of(state_ref state, std::size_t most) {
    position_turn const turn(*state);
    if (state->ahead().empty() && most != 0) {
        std::string made(most, '\0');
        file_awaiter<read_at_operation> reading("file.read_some", usable(*state), made.data(), most,
                                                state->next_offset());
        auto const result = co_await reading;
        check_result(result, "read", state->path);
        made.resize(static_cast<std::size_t>(result));
        state->position += made.size();
        co_return made;
    }
    co_return take(*state, std::min(most, state->ahead().size()));
}

coro<std::string> read_all_of(state_ref state, std::size_t limit) {
    position_turn const turn(*state);
    // A file says how long it is; one that grows meanwhile, or a pipe, is read on in steps.
    auto const ends = state->first_size;
    std::size_t step = ends > state->position
                           ? std::max(first_step, static_cast<std::size_t>(ends - state->position) + 1)
                           : first_step;
    while (state->ahead().size() <= limit) {
        // One byte more than there may be, to see that it is too much.
        bool const more = co_await read_ahead(*state, std::min(step, limit - state->ahead().size() + 1));
        if (!more) co_return take(*state, state->ahead().size());
        step = largest_step;
    }
    throw_overrun(*state, "more than " + std::to_string(limit) + " bytes; read it in pieces, or raise the limit",
                  state->ahead().size());
}

coro<std::string> read_line_of(state_ref state) {
    position_turn const turn(*state);
    std::size_t searched = 0;
    for (;;) {
        auto const end = state->ahead().find('\n', searched);
        if (end != std::string_view::npos && end <= state->options.line_limit) co_return take(*state, end + 1);
        searched = std::min(end, state->ahead().size());
        if (searched > state->options.line_limit)
            throw_overrun(*state,
                          "a line of more than " + std::to_string(state->options.line_limit) +
                              " bytes; read it with read_some, or raise open_options::line_limit",
                          searched);
        bool const more = co_await read_ahead(*state, std::max<std::size_t>(state->options.read_ahead, 1));
        if (!more) co_return take(*state, state->ahead().size());
    }
}

async_generator<std::string> lines_of(state_ref state) {
    for (;;) {
        auto line = co_await read_line_of(state);
        if (line.empty()) co_return;
        if (line.back() == '\n') line.pop_back();
        co_yield std::move(line);
    }
}

coro<> write_of(state_ref state, std::string_view data) {
    position_turn const turn(*state);
    state->forget_ahead();
    while (!data.empty()) {
        file_awaiter<write_at_operation> writing("file.write", usable(*state), data.data(), data.size(),
                                                 state->next_offset());
        auto const result = co_await writing;
        check_result(result == 0 ? -EIO : result, "write", state->path);
        data.remove_prefix(static_cast<std::size_t>(result));
        state->position += static_cast<std::uint64_t>(result);
    }
}

coro<file_status> status_of(state_ref state) {
    file_awaiter<file_call_operation> asking("file.status", file_action::stat, usable(*state));
    auto const result = co_await asking;
    check_result(result, "stat", state->path);
    co_return asking.status;
}

coro<std::uint64_t> size_of(state_ref state) {
    auto const status = co_await status_of(std::move(state));
    co_return status.size;
}

coro<> truncate_to(state_ref state, std::uint64_t size) {
    position_turn const turn(*state);
    state->forget_ahead();
    file_awaiter<file_call_operation> cutting("file.truncate", file_action::truncate, usable(*state));
    cutting.number = size;
    auto const result = co_await cutting;
    check_result(result, "truncate", state->path);
}

coro<> sync_of(state_ref state, bool data_only) {
    file_awaiter<sync_file_operation> syncing("file.sync", usable(*state), data_only);
    auto const result = co_await syncing;
    check_result(result, "sync", state->path);
}

coro<> close_of(state_ref state) {
    state->require_own_loop();
    if (!state->handle) co_return;
    file_awaiter<close_operation> closing("file.close", std::exchange(state->handle, io_handle()));
    // Closed before anything can be raised: a cancel that is there already must not leave it open.
    auto& kernel = state->home->kernel();
    struct at_last {
        engine& with;
        io_handle what;
        ~at_last() { with.close(what); }  // of one that is closed it is stale
    } const sure{kernel, closing.handle()};
    auto const result = co_await closing;
    check_result(result, "close", state->path);
}

}  // namespace

open_options::open_options(char const* mode) {
    std::string_view text(mode);
    char const kind = text.empty() ? ' ' : text.front();
    if (!text.empty()) text.remove_prefix(1);
    auto const both = [&] {
        bool plus = false;
        for (char const each : text) {
            if ((each != '+' && each != 'b') || (each == '+' && std::exchange(plus, true)))
                detail::throw_usage_error("open_file: a mode is r, w, a or x, and perhaps a + or a b behind it");
        }
        return plus;
    }();
    switch (kind) {
        case 'r': flags = open_flags::read; break;
        case 'w': flags = open_flags::write | open_flags::create | open_flags::truncate; break;
        case 'a': flags = open_flags::append | open_flags::create; break;
        case 'x': flags = open_flags::write | open_flags::create | open_flags::exclusive; break;
        default: detail::throw_usage_error("open_file: a mode begins with r, w, a or x");
    }
    if (both) flags |= kind == 'r' ? open_flags::write : open_flags::read;
}

std::shared_ptr<detail::file_state> const& file::state() const {
    if (!state_) detail::throw_usage_error("an empty file was used; open_file gives full ones");
    return state_;
}

std::string const& file::path() const { return state()->path; }

coro<std::size_t> file::read_at(std::uint64_t offset, std::span<char> room) { return fill(state(), offset, room); }
coro<std::string> file::read_at(std::uint64_t offset, std::size_t size) { return fill_string(state(), offset, size); }
coro<> file::write_at(std::uint64_t offset, std::string_view data) { return write_whole(state(), offset, data); }
coro<std::string> file::read_some(std::size_t most) { return read_some_of(state(), most); }
coro<std::string> file::read_all(std::size_t limit) { return read_all_of(state(), limit); }
coro<std::string> file::read_line() { return read_line_of(state()); }
async_generator<std::string> file::lines() { return lines_of(state()); }
coro<> file::write(std::string_view data) { return write_of(state(), data); }

std::uint64_t file::tell() const { return state()->position; }
void file::seek(std::uint64_t position) {
    detail::file_state& of = *state();
    if (of.busy) detail::throw_usage_error("file: seek while a task reads or writes");
    of.forget_ahead();
    of.position = position;
}

coro<std::uint64_t> file::size() const { return size_of(state()); }
coro<file_status> file::status() const { return status_of(state()); }
coro<> file::truncate(std::uint64_t size) { return truncate_to(state(), size); }
coro<> file::sync() { return sync_of(state(), false); }
coro<> file::sync_data() { return sync_of(state(), true); }
coro<> file::close() { return close_of(state()); }

coro<file> open_file(std::string path, open_options options) {
    return detail::open_as("open", std::move(path), options);
}

}  // namespace rota::inline v0
