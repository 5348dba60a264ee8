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
        auto& of = of_.state();
        of.call_out("pipe_data_received", [&] { of.calls_->pipe_data_received(number_, data); });
    }
    void pause_writing() override {
        auto& of = of_.state();
        of.call_out("pause_writing", [&] { of.calls_->pause_writing(); });
    }
    void resume_writing() override {
        auto& of = of_.state();
        of.call_out("resume_writing", [&] { of.calls_->resume_writing(); });
    }
    void connection_lost(std::exception_ptr error) override { of_.state().pipe_lost(number_, error); }

private:
    subprocess_transport of_;
    int number_;
};

subprocess_state::subprocess_state(loop& home, process&& child) noexcept
    : waiting_callback_node(home), child_(std::move(child)) {
    context = share(current_context());
}

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
    keep_callback(*home_, *this);
    add_reference();  // its own, until connection_lost
    child_.state().told = this;
    post(due_made);
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

void subprocess_state::post(due what) noexcept {
    if (over_) return;
    due_ |= what;
    if (std::exchange(queued_, true)) return;
    add_reference();
    home_->push(*this);
}

void subprocess_state::call() {
    queued_ = false;
    auto const what = std::exchange(due_, std::uint8_t{0});
    if (over_) return;
    if ((what & due_made) != 0) {
        made_ = true;
        watch_input();
        // They read from the next turn on, unless the protocol has something against it.
        for (std::size_t number = 1; number != pipes_.size(); ++number) {
            if (pipes_[number]) pipes_[number].resume_reading();
        }
        call_out("connection_made", [&] { calls_->connection_made(subprocess_transport(*this)); });
    }
    if ((what & due_exited) != 0) {
        exited_ = true;
        call_out("process_exited", [&] { calls_->process_exited(); });
        if (!watches_) hang_up();
        end_if_all_did();
    }
    if ((what & due_hang_up) != 0) hang_up();
    if ((what & due_lost) != 0) conclude();
}

template <class F>
void subprocess_state::call_out(char const* what, F&& f) noexcept {
    if (over_) return;
    // It may exchange the protocol, whose function is still running then.
    auto const kept = calls_;
    std::exception_ptr error;
    try {
        f();
        return;
    } catch (...) {
        error = std::current_exception();
    }
    auto& of = static_cast<loop&>(*home_);
    try {
        of.call_exception_handler({std::string("a protocol's ") + what + " threw", error});
    } catch (...) {
        of.call_exception_handler({"out of memory", error});  // short enough to need none
    }
}

// That nobody reads its input any more only a poll tells, where nothing is being written.

void subprocess_state::watch_input() noexcept {
    if (!open_[0]) return;
    watching_.emplace(*this, input_);
    if (home_->kernel().submit(*watching_)) {
        if (watching_->result() >= 0) post(due_hang_up);
        return;
    }
    watches_ = true;
    add_reference();
}

void subprocess_state::watched(operation& op) noexcept {
    auto& self = static_cast<watch&>(op).owner;
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
    call_out("pipe_connection_lost", [&] { calls_->pipe_connection_lost(number, error); });
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
    call_out("connection_lost", [&] { calls_->connection_lost(nullptr); });
    over_ = true;
    list_node::unlink();
    // It may have the last handle.
    auto const last = std::exchange(calls_, nullptr);
    drop_reference();
}

// The loop ends: nobody is called any more. The child is killed by its own state.
void subprocess_state::withdraw() noexcept {
    list_node::unlink();
    over_ = closing_ = true;
    due_ = 0;
    auto const last = std::exchange(calls_, nullptr);
    drop_reference();
}

}  // namespace rota::inline v0::detail
