#include "file_state.hpp"

#include <rota/core/loop.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/task_start.hpp>

#include <array>
#include <charconv>

namespace rota::inline v0::detail {

void check_path(std::string const& path) {
    if (path.find('\0') != std::string::npos) throw_usage_error("a path with a zero byte in it");
}

void check_result(std::int32_t result, char const* operation, std::string const& path) {
    if (result < 0) [[unlikely]]
        throw_system_error(-result, operation, path);
}

file file_state::adopt(std::shared_ptr<file_state> state, open_file_operation const& opened) noexcept {
    state->handle = opened.opened;
    state->seekable = opened.status.type == file_type::regular || opened.status.type == file_type::block;
    state->first_size = opened.status.size;
    if (has_any(opened.flags, open_flags::append)) state->position = opened.status.size;
    return file(std::move(state));
}

void file_state::close_now() noexcept {
    auto const closing = std::exchange(handle, io_handle());
    // Outside its loop, which may be gone, the engine's own end closes it.
    if (closing && hot.running != nullptr && static_cast<scheduler*>(hot.running) == home)
        home->kernel().close(closing);
}

void file_state::require_own_loop() const {
    if (hot.running == nullptr || static_cast<scheduler*>(hot.running) != home)
        throw_usage_error("a file was used that belongs to another loop; open it there, too");
}

void file_state::consume(std::size_t bytes) noexcept {
    used += bytes;
    position += bytes;
    if (used != buffer.size()) return;
    buffer.clear();
    used = 0;
}

void file_state::forget_ahead() noexcept {
    if (!seekable) return;
    buffer.clear();
    used = 0;
}

position_turn::position_turn(file_state& of) : of_(of) {
    if (of.busy)
        throw_usage_error("file: two tasks use its position at once; let one do it, or use read_at and write_at");
    of.busy = true;
}

std::string unused_name(std::string const& directory) {
    std::array<char, 16> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), running_loop().kernel().random(), 16);
    return directory + "/.rota-" + std::string(digits.data(), end.ptr);
}

coro<file> open_as(char const* operation, std::string path, open_options options) {
    check_path(path);
    auto state = std::make_shared<file_state>(running_scheduler(operation), std::move(path), options);
    file_awaiter<open_file_operation> opening(operation, state->path.c_str(), options.flags, options.permissions);
    auto const result = co_await opening;
    check_result(result, operation, state->path);
    co_return file_state::adopt(std::move(state), opening);
}

coro<std::int32_t> remove_if(bool const& wanted, std::string const& path) {
    if (!wanted) co_return 0;
    file_awaiter<file_call_operation> removing("remove", file_action::remove, path.c_str());
    co_return co_await removing;
}

}  // namespace rota::inline v0::detail
