#include "simulated.hpp"

#include "simulated_decisions.hpp"
#include "simulated_disk.hpp"
#include "simulated_events.hpp"
#include "simulated_network.hpp"
#include "simulated_sockets.hpp"

#include <cerrno>
#include <optional>

namespace rota::inline v0 {
namespace {

using simulation::set_stage;
using simulation::stage;
using simulation::stage_of;

class simulated_engine final : public engine {
public:
    explicit simulated_engine(engine_options const& options)
        : choices_(options.seed, options.datagrams), disk_(choices_, events_, options) {
        arrived_ = &due_word_;
    }

    engine_kind kind() const noexcept override { return engine_kind::simulated; }
    clock::time_point now() noexcept override { return events_.now(); }
    std::uint64_t random() noexcept override { return choices_.user_random(); }
    void wake() noexcept override { woken_.store(true, std::memory_order_release); }

    bool submit(operation& op) noexcept override;
    void cancel(operation& op) noexcept override;
    wait_outcome wait(clock::time_point deadline) override;

    std::int32_t open_socket(address_family family, io_handle& opened, socket_kind kind) noexcept override {
        return sockets_.open_socket(family, opened, kind);
    }
    std::int32_t set_option(io_handle handle, socket_option option, int value) noexcept override {
        return sockets_.set_option(handle, option, value);
    }
    std::int32_t bind(io_handle handle, socket_address const& address) noexcept override {
        return sockets_.bind(handle, address);
    }
    std::int32_t listen(io_handle handle, int backlog) noexcept override { return sockets_.listen(handle, backlog); }
    std::int32_t local_address(io_handle handle, socket_address& address) noexcept override {
        return sockets_.local_address(handle, address);
    }
    std::int32_t peer_address(io_handle handle, socket_address& address) noexcept override {
        return sockets_.peer_address(handle, address);
    }
    std::int32_t find_socket_file(socket_address const& at, std::uint64_t& which) noexcept override {
        return sockets_.find_socket_file(at, which);
    }
    std::int32_t remove_socket_file(socket_address const& at) noexcept override {
        return sockets_.remove_socket_file(at);
    }
    void close(io_handle handle) noexcept override {
        if (simulation::disk::owns(handle))
            disk_.close(handle);
        else
            network_.close(handle);
        show_due();
    }

private:
    wait_outcome run_until(clock::time_point deadline) noexcept;
    /// Whether an operation finished.
    bool happen(simulation::event const& next) noexcept;
    bool try_now(operation& op) noexcept;
    void complete(operation& op, std::int32_t result) noexcept;
    /// For `peek`: a word that differs from what was reaped while something is due.
    void show_due() noexcept { due_word_ = reaped_ + (events_.due() ? 1 : 0); }

    simulation::decisions choices_;
    simulation::event_queue events_{choices_};
    simulation::socket_table sockets_{choices_};
    simulation::network network_{choices_, events_, sockets_};
    simulation::disk disk_;
    std::uint32_t due_word_ = 0;
};

bool simulated_engine::submit(operation& op) noexcept {
    if (!events_.reserve_operation()) {
        // Only waiting for a close takes memory.
        if (op.code() == opcode::close) close(op.handle());
        op.finish_at_once(-ENOMEM);
        return true;
    }
    if (op.code() == opcode::blocking) {
        set_stage(op, stage::scheduled);
        events_.push(op, choices_.work());
    } else if (simulation::disk::owns(op) ? disk_.submit(op) : network_.submit(op)) {
        events_.release_operation();
        show_due();
        return true;
    }
    ++pending_;
    show_due();
    return false;
}

void simulated_engine::cancel(operation& op) noexcept {
    if (simulation::disk::owns(op)) {
        disk_.cancel(op);
    } else if (op.code() != opcode::blocking) {
        network_.cancel(op);
    } else if (stage_of(op) == stage::scheduled) {
        set_stage(op, stage::cancelled);
        events_.pull(op, choices_.reaction());
    }
    show_due();
}

wait_outcome simulated_engine::wait(clock::time_point deadline) {
    wait_outcome const outcome = run_until(deadline);
    show_due();
    return outcome;
}

wait_outcome simulated_engine::run_until(clock::time_point deadline) noexcept {
    bool delivered = false;
    for (;;) {
        // What comes up on the way is for later: nobody is starved by those who go on at once.
        for (std::size_t most = events_.size(); most != 0 && events_.due(); --most)
            if (happen(events_.pop())) delivered = true;
        if (woken_.exchange(false, std::memory_order_acquire) || delivered) return wait_outcome::events;
        if (events_.due()) continue;
        if (deadline <= events_.now()) return wait_outcome::deadline;
        if (events_.next() > deadline || events_.empty()) {
            if (deadline == clock::never()) return wait_outcome::stuck;
            events_.advance(deadline);
            return wait_outcome::deadline;
        }
        events_.advance(events_.next());
    }
}

bool simulated_engine::happen(simulation::event const& next) noexcept {
    if (next.arriving) {
        network_.arrive(next.arriving, next.end);
        return false;
    }
    if (next.message) {
        network_.arrive(next.message);
        return false;
    }
    operation& op = *next.op;
    switch (stage_of(op)) {
        case stage::scheduled: return try_now(op);
        case stage::cancelled: complete(op, -ECANCELED); return true;
        case stage::decided: complete(op, op.result()); return true;
        case stage::idle:
        case stage::parked: break;
    }
    return false;
}

bool simulated_engine::try_now(operation& op) noexcept {
    if (op.code() == opcode::blocking) {
        auto& job = static_cast<blocking_operation&>(op);
        set_stage(op, stage::decided);
        job.work(job);
        complete(op, 0);
        return true;
    }
    std::optional<std::int32_t> const result = simulation::disk::owns(op) ? disk_.attempt(op) : network_.attempt(op);
    if (!result) {
        set_stage(op, stage::parked);
        return false;
    }
    auto const until_reaped = choices_.reaping();
    if (until_reaped > until_reaped.zero()) {
        op.finish_at_once(*result);
        set_stage(op, stage::decided);
        events_.push(op, until_reaped);
        return false;
    }
    complete(op, *result);
    return true;
}

void simulated_engine::complete(operation& op, std::int32_t result) noexcept {
    events_.release_operation();
    --pending_;
    if (simulation::disk::owns(op))
        disk_.leave(op);
    else if (op.code() != opcode::blocking)
        network_.leave(op);
    set_stage(op, stage::idle);
    op.finish(result);
}

}  // namespace

std::unique_ptr<engine> make_simulated_engine(engine_options const& options) {
    return std::make_unique<simulated_engine>(options);
}

}  // namespace rota::inline v0
