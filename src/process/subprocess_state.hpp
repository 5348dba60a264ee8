// What is behind a subprocess_transport: the child, the transports of its pipes, and who is called.
#pragma once

#include <rota/core/loop.hpp>
#include <rota/engine/operation.hpp>
#include <rota/process/subprocess_transport.hpp>
#include "io/protocol_turns.hpp"
#include "process_state.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>

namespace rota::inline v0::detail {

/// Open until `connection_lost`. Its pipes' protocols have a reference each, too.
class subprocess_state final : public protocol_turns, private end_listener {
public:
    subprocess_state(loop& home, process&& child) noexcept;

    /// Where it throws the child is killed.
    void begin(std::shared_ptr<subprocess_protocol> calls);

    process& child() noexcept { return child_; }
    protocol_transport pipe(int number) const;
    void close();
    void set_protocol(std::shared_ptr<subprocess_protocol> to_call);
    std::shared_ptr<subprocess_protocol> const& calls() const noexcept { return calls_; }

    void withdraw() noexcept override;

private:
    static constexpr auto due_exited = due_first, due_hang_up = due_second;
    class pipe_end;

    ~subprocess_state() override;
    void destroy() noexcept override { delete this; }
    void take_turn(std::uint8_t what) noexcept override;
    /// Calls for one of the pipes, which may outlast the child's transport.
    template <class F>
    void pass_on(char const* what, F&& f) noexcept;
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
    std::optional<owned<subprocess_state, poll_operation>> watching_;
    std::shared_ptr<subprocess_protocol> calls_;
    bool watches_ = false;  // the operation is pending
    bool exited_ = false;   // and told
    bool lost_ = false;     // connection_lost is due, or was called
};

}  // namespace rota::inline v0::detail
