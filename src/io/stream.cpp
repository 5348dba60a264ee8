#include <rota/io/stream.hpp>

#include "stream_state.hpp"

#include <rota/base/error.hpp>
#include <rota/detail/task_start.hpp>

#include <utility>

namespace rota::inline v0 {
stream::stream(std::unique_ptr<rota::transport> over, stream_options const& options) {
    detail::scheduler& home = detail::running_scheduler("stream");
    if (!over) detail::throw_usage_error("stream: without a transport");
    state_ = detail::stream_ref(new detail::stream_state(std::move(over), options, home));
}

stream& stream::operator=(stream&& other) noexcept {
    if (this != &other) {
        drop();
        state_ = std::move(other.state_);
    }
    return *this;
}

stream::~stream() { drop(); }

void stream::drop() noexcept {
    if (state_) static_cast<detail::stream_state&>(*state_.get()).drop();
}

detail::stream_state& stream::state() const {
    if (!state_)
        detail::throw_usage_error(
            "this stream is empty, or was moved from; open_connection and start_server give full ones");
    return static_cast<detail::stream_state&>(*state_.get());
}

// For what does not wait; a wait in another loop is found out by its awaiter.
detail::stream_state& stream::state(char const* call) const {
    detail::check_owner(state().home, call);
    return state();
}

detail::stream_ref stream::ref() const {
    state();
    return state_;
}

detail::string_read_awaiter stream::read() {
    return {ref(), detail::read_awaiter::kind::all, state().options.read_all_limit};
}

detail::string_read_awaiter stream::read_some(std::size_t most) {
    return {ref(), detail::read_awaiter::kind::some, most};
}

detail::count_read_awaiter stream::read_into(std::span<char> room) {
    return {ref(), detail::read_awaiter::kind::into, room.size(), room.data()};
}

detail::string_read_awaiter stream::read_exactly(std::size_t size) {
    return {ref(), detail::read_awaiter::kind::exactly, size};
}

detail::string_read_awaiter stream::read_until(std::string_view separator) {
    check_separators({&separator, 1});
    return {ref(), detail::read_awaiter::kind::until, separator.size(), separator.data()};
}

detail::string_read_awaiter stream::read_until(std::span<std::string_view const> separators) {
    check_separators(separators);
    return {ref(), separators};
}

void stream::check_separators(std::span<std::string_view const> separators) {
    if (separators.empty()) detail::throw_usage_error("stream: read_until without a separator");
    for (auto const separator : separators)
        if (separator.empty()) detail::throw_usage_error("stream: read_until an empty separator");
}

detail::string_read_awaiter stream::read_line() { return {ref(), detail::read_awaiter::kind::line, 1, "\n"}; }

detail::line_read_awaiter stream::next_line() { return {ref(), detail::read_awaiter::kind::line, 1, "\n"}; }

detail::fill_awaiter stream::fill() { return {ref(), detail::read_awaiter::kind::more, 0}; }

std::string_view stream::buffered() const { return state("stream.buffered").buffer.view(); }

void stream::consume(std::size_t size) {
    if (size > state("stream.consume").buffer.size())
        detail::throw_usage_error("stream: consume of more than is buffered");
    if (state().reader != nullptr) detail::throw_usage_error("stream: consume while a task reads");
    state().buffer.consume(size);
}

bool stream::at_eof() const { return state("stream.at_eof").ended && state().buffer.empty(); }

detail::write_awaiter stream::write(std::string_view data) {
    return {ref(), detail::write_awaiter::kind::bytes, data.data(), data.size()};
}

detail::write_awaiter stream::write_eof() { return {ref(), detail::write_awaiter::kind::end, nullptr, 0}; }

detail::close_awaiter stream::close() { return detail::close_awaiter(ref()); }

bool stream::is_closing() const { return state().closed; }

socket_address stream::local_address() const { return state().via ? state().via->local_address() : socket_address(); }
socket_address stream::peer_address() const { return state().via ? state().via->peer_address() : socket_address(); }
std::string stream::peer_name() const { return state().peer(); }

rota::transport const* stream::transport() const { return state("stream.transport").via.get(); }

std::unique_ptr<rota::transport> stream::take_transport() {
    detail::stream_state& of = state("stream.exchange_transport");
    if (of.closed) detail::throw_usage_error("stream: its transport is to be exchanged, and it is closed");
    if (of.reader != nullptr || !of.writers.empty())
        detail::throw_usage_error("stream: its transport is to be exchanged while a task reads or writes");
    of.closed = true;
    return std::move(of.via);
}

void stream::put_transport(std::unique_ptr<rota::transport> next) {
    if (!next) detail::throw_usage_error("stream: its transport is exchanged for none");
    state().via = std::move(next);
    state().closed = false;
}

}  // namespace rota::inline v0
