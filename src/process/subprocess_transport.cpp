#include <rota/process/subprocess_transport.hpp>

#include "subprocess_state.hpp"

#include <rota/base/error.hpp>

namespace rota::inline v0 {

subprocess_protocol::~subprocess_protocol() = default;
void subprocess_protocol::connection_made(subprocess_transport const&) {}
void subprocess_protocol::pipe_data_received(int, std::string_view) {}
// NOLINTBEGIN(performance-unnecessary-value-param): who overrides it may move the error
void subprocess_protocol::pipe_connection_lost(int, std::exception_ptr) {}
void subprocess_protocol::process_exited() {}
void subprocess_protocol::connection_lost(std::exception_ptr) {}
// NOLINTEND(performance-unnecessary-value-param)
void subprocess_protocol::pause_writing() {}
void subprocess_protocol::resume_writing() {}

detail::subprocess_state& subprocess_transport::state() const {
    if (!state_)
        detail::throw_usage_error(
            "an empty subprocess_transport was used; connection_made and subprocess_exec give full ones");
    return *state_;
}

int subprocess_transport::get_pid() const { return state().child().pid(); }
std::optional<int> subprocess_transport::get_returncode() const { return state().child().returncode(); }
protocol_transport subprocess_transport::get_pipe_transport(int number) const { return state().pipe(number); }

void subprocess_transport::send_signal(int signal) const { state().child().send_signal(signal); }
void subprocess_transport::terminate() const { state().child().terminate(); }
void subprocess_transport::kill() const { state().child().kill(); }

void subprocess_transport::close() const { state().close(); }
bool subprocess_transport::is_closing() const { return state().is_closing(); }

void subprocess_transport::set_protocol(std::shared_ptr<subprocess_protocol> next) const {
    state().set_protocol(std::move(next));
}
std::shared_ptr<subprocess_protocol> subprocess_transport::get_protocol() const { return state().calls(); }

namespace detail {

process_options with_pipes() { return {subprocess::pipe, subprocess::pipe, subprocess::pipe}; }

coro<subprocess_transport> begin_protocol(process child, std::shared_ptr<subprocess_protocol> calls) {
    auto attach = [child = std::move(child), calls = std::move(calls)]() mutable {
        auto const state = node_ref<subprocess_state>::adopt(*new subprocess_state(running_loop(), std::move(child)));
        state->begin(std::move(calls));
        return subprocess_transport(state);
    };
    return attach_and_wait(std::move(attach), &subprocess_transport::close);
}

}  // namespace detail
}  // namespace rota::inline v0
