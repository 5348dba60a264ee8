#include "process_state.hpp"

#include <rota/base/error.hpp>
#include "io/pipe_transport.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <new>
#include <thread>
#include <utility>

namespace rota::inline v0::detail {
namespace {

/// What Python gives for a child that somebody else reaped.
constexpr int unknown_end = 255;

char const* name_of_stream(std::size_t number) noexcept {
    switch (number) {
        case 0: return "the standard input of ";
        case 1: return "the standard output of ";
        default: return "the standard error of ";
    }
}

}  // namespace

process_state::process_state(loop& home, std::string named, bool leads_group) noexcept
    : waiting_callback_node(home), name(std::move(named)), kernel_(home.kernel()), leads_group_(leads_group) {}

void process_state::begin(started_child const& started) noexcept {
    pid = started.pid;
    handle_ = started.process;
    keep_callback(*home_, *this);
    add_reference();
    wait_for_end();
}

void process_state::open_streams(started_child const& started, stream_options const& options) {
    auto quiet = options;
    quiet.may_be_dropped = true;
    std::size_t number = 0;
    try {
        for (; number != streams.size(); ++number) {
            if (!started.streams[number]) continue;
            auto transport = std::make_unique<pipe_transport>(running_loop(), started.streams[number],
                                                              name_of_stream(number) + name);
            streams[number] = stream(std::move(transport), quiet);
        }
    } catch (...) {
        for (; number != streams.size(); ++number) kernel_.close(started.streams[number]);
        throw;
    }
}

void process_state::wait_for_end() noexcept {
    waiting_.emplace(*this, handle_);
    pending_ = !kernel_.submit(*waiting_);
    if (!pending_) take_end();
}

void process_state::completed(operation& op) noexcept {
    auto& of = *static_cast<end_operation&>(op).owner;
    of.pending_ = false;
    of.take_end();
}

// A debugger sees a child's end before its parent may; and there may be no memory for the operation.
void process_state::look_later() noexcept {
    constexpr auto a_moment = std::chrono::milliseconds(1);
    try {
        static_cast<loop*>(home_)->call_later(a_moment, [self = process_ref(*this)] { self->look_again(); });
    } catch (std::bad_alloc const&) {
        add_reference();
        home_->push(*this);
    }
}

// It was killed, and the loop that could wait for its end is ending itself.
std::int32_t process_state::reap_killed(int& code) noexcept {
    constexpr auto long_enough = std::chrono::seconds(1);
    auto const until = kernel_.now() + long_enough;
    for (;;) {
        auto const result = kernel_.reap_child(handle_, code);
        if (result != -EAGAIN || kernel_.now() > until) return result;
        std::this_thread::yield();
    }
}

void process_state::take_end() noexcept {
    int code = unknown_end;
    auto const result = loop_ended_ ? reap_killed(code) : kernel_.reap_child(handle_, code);
    if (result == -EAGAIN && !loop_ended_) return look_later();
    returncode = code;
    kernel_.close(std::exchange(handle_, io_handle{}));
    if (list_node::linked()) list_node::unlink();
    ended.set();
    if (told != nullptr && !loop_ended_) told->child_ended();
    drop_reference();
}

void process_state::require_loop() const {
    if (loop_ended_) throw_usage_error("process: its loop has ended, and the child with it");
}

void process_state::kill() noexcept {
    // One that was forked from here has the same handles, and no part in it.
    if (runs() && !home_->in_forked_child()) signal(SIGKILL, group());
}

void process_state::drop() noexcept {
    if (!loop_ended_) kill();
    for (stream& each : streams) each = stream();
    drop_reference();
}

void process_state::withdraw() noexcept {
    list_node::unlink();
    loop_ended_ = true;
    kill();
    if (!pending_ && !home_->in_forked_child()) take_end();
}

}  // namespace rota::inline v0::detail
