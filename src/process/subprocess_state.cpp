#include "subprocess_state.hpp"

#include <rota/base/error.hpp>

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

namespace rota::inline v0::detail {

/// Passes on what comes through one of the pipes.
class subprocess_state::pipe_end final : public protocol {
public:
    pipe_end(subprocess_state& of, int number) noexcept : of_(of), number_(number) {}

    void data_received(std::string_view data) override {
        auto& of = *of_;
        of.pass_on("pipe_data_received", [&] { of.calls_->pipe_data_received(number_, data); });
    }
    void pause_writing() override {
        auto& of = *of_;
        of.pass_on("pause_writing", [&] { of.calls_->pause_writing(); });
    }
    void resume_writing() override {
        auto& of = *of_;
        of.pass_on("resume_writing", [&] { of.calls_->resume_writing(); });
    }
    void connection_lost(std::exception_ptr error) override { of_->pipe_lost(number_, error); }

private:
    node_ref<subprocess_state> of_;
    int number_;
};

subprocess_state::subprocess_state(loop& home, process&& child) noexcept
    : protocol_turns(home), child_(std::move(child)) {}

subprocess_state::~subprocess_state() {
    if (child_) child_.state().told = nullptr;
}

void subprocess_state::begin(std::shared_ptr<subprocess_protocol> calls) {
    set_protocol(std::move(calls));
    auto& streams = child_.state().streams;
    if (streams[0]) input_ = streams[0].transport()->handle();
    try {
        for (std::size_t number = 0; number != pipes_.size(); ++number) {
            if (!streams[number]) continue;
            pipes_[number] = attach_protocol(std::move(streams[number]),
                                             std::make_shared<pipe_end>(*this, static_cast<int>(number)));
            // Nothing comes before connection_made. Of its input nothing is read at all: that is its end to write.
            pipes_[number].pause_reading();
            open_[number] = true;
        }
    } catch (...) {
        over_ = true;
        for (auto const& each : pipes_) {
            if (each) each.abort();
        }
        child_ = process();
        throw;
    }
    child_.state().told = this;
    open();
    if (!child_.state().runs()) post(due_exited);
}

void subprocess_state::set_protocol(std::shared_ptr<subprocess_protocol> to_call) {
    if (to_call == nullptr) throw_usage_error("subprocess_transport: it is to call a protocol, and was given null");
    if (!over_) calls_ = std::move(to_call);
}

protocol_transport subprocess_state::pipe(int number) const {
    if (number < 0 || number > 2) return {};
    return pipes_[static_cast<std::size_t>(number)];
}

void subprocess_state::take_turn(std::uint8_t what) noexcept {
    if ((what & due_made) != 0) {
        made_ = true;
        watch_input();
        // They read from the next turn on, unless the protocol has something against it.
        for (std::size_t number = 1; number != pipes_.size(); ++number) {
            if (pipes_[number]) pipes_[number].resume_reading();
        }
        call_out(calls_, "connection_made",
                 [&] { calls_->connection_made(subprocess_transport(node_ref<subprocess_state>(*this))); });
    }
    if ((what & due_exited) != 0) {
        exited_ = true;
        call_out(calls_, "process_exited", [&] { calls_->process_exited(); });
        if (!watches_) hang_up();
        end_if_all_did();
    }
    if ((what & due_hang_up) != 0) hang_up();
    if ((what & due_lost) != 0) conclude();
}

template <class F>
void subprocess_state::pass_on(char const* what, F&& f) noexcept {
    if (!over_) call_out(calls_, what, f);
}

// That nobody reads its input any more only a poll tells, where nothing is being written.

void subprocess_state::watch_input() noexcept {
    if (!open_[0]) return;
    watching_.emplace(*this, input_, poll_operation::readiness::readable, &subprocess_state::watched);
    if (home_->kernel().submit(*watching_)) {
        if (watching_->result() >= 0) post(due_hang_up);
        return;
    }
    watches_ = true;
    add_reference();
}

void subprocess_state::watched(operation& op) noexcept {
    auto& self = static_cast<owned<subprocess_state, poll_operation>&>(op).owner;
    self.watches_ = false;
    // Cancelled, it was closed, behind its end of file perhaps.
    if (op.result() >= 0 || op.result() == -ECANCELED || op.result() == -EBADF) self.post(due_hang_up);
    self.drop_reference();
}

void subprocess_state::hang_up() noexcept {
    // What still waits there finds it out by itself.
    if (open_[0] && pipes_[0].get_write_buffer_size() == 0) pipes_[0].close();
}

void subprocess_state::pipe_lost(int number, std::exception_ptr const& error) noexcept {
    open_[static_cast<std::size_t>(number)] = false;
    pass_on("pipe_connection_lost", [&] { calls_->pipe_connection_lost(number, error); });
    end_if_all_did();
}

// Its end.

void subprocess_state::close() {
    if (!over_) check_owner(home_, "subprocess_transport.close");
    if (over_ || std::exchange(closing_, true)) return;
    for (auto const& each : pipes_) {
        if (each) each.close();
    }
    child_.state().kill();
}

void subprocess_state::end_if_all_did() noexcept {
    if (over_ || !exited_ || open_[0] || open_[1] || open_[2] || std::exchange(lost_, true)) return;
    closing_ = true;
    post(due_lost);
}

void subprocess_state::conclude() noexcept {
    call_out(calls_, "connection_lost", [&] { calls_->connection_lost(nullptr); });
    leave(calls_);
}

// The loop ends: nobody is called any more. The child is killed by its own state.
void subprocess_state::withdraw() noexcept { leave(calls_); }

}  // namespace rota::inline v0::detail
