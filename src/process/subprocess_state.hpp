// What is behind a subprocess_transport: the child, the transports of its pipes, and who is called.
#pragma once

#include <rota/core/loop.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/engine/operation.hpp>
#include <rota/process/subprocess_transport.hpp>
#include "process_state.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>

namespace rota::inline v0::detail {

/// Counted by its handles, by itself until `connection_lost`, by its pipes' protocols, by its operation while that is pending,
/// and by the ready queue.
class subprocess_state final : public waiting_callback_node, private end_listener {
public:
    subprocess_state(loop& home, process&& child) noexcept;

    /// Where it throws the child is killed.
    void begin(std::shared_ptr<subprocess_protocol> calls);
    bool made() const noexcept { return made_; }

    process& child() noexcept { return child_; }
    protocol_transport pipe(int number) const;
    void close();
    bool is_closing() const noexcept { return closing_; }
    void set_protocol(std::shared_ptr<subprocess_protocol> to_call);
    std::shared_ptr<subprocess_protocol> const& calls() const noexcept { return calls_; }

    void call() override;
    void discard() noexcept override {}
    void withdraw() noexcept override;

private:
    enum due : std::uint8_t { due_made = 1, due_exited = 2, due_hang_up = 4, due_lost = 8 };
    class pipe_end;
    struct watch : poll_operation {
        watch(subprocess_state& whose, io_handle pipe) noexcept
            : poll_operation(pipe, readiness::readable, &subprocess_state::watched), owner(whose) {}
        subprocess_state& owner;
    };

    ~subprocess_state() override;
    void destroy() noexcept override { delete this; }
    void post(due what) noexcept;
    template <class F>
    void call_out(char const* what, F&& f) noexcept;
    void child_ended() noexcept override { post(due_exited); }
    void pipe_lost(int number, std::exception_ptr const& error) noexcept;
    void watch_input() noexcept;
    static void watched(operation& op) noexcept;
    void hang_up() noexcept;
    void end_if_all_did() noexcept;
    void conclude() noexcept;

    process child_;
    std::array<protocol_transport, 3> pipes_;
    std::array<bool, 3> open_{};  // connection_lost of that pipe is to come
    io_handle input_{};
    std::optional<watch> watching_;
    std::shared_ptr<subprocess_protocol> calls_;
    std::uint8_t due_ = 0;
    bool queued_ = false;
    bool watches_ = false;  // the operation is pending
    bool made_ = false;
    bool closing_ = false;
    bool exited_ = false;  // and told
    bool lost_ = false;    // connection_lost is due
    bool over_ = false;    // and was called, or never will be
};

}  // namespace rota::inline v0::detail
