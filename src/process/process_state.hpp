// What is behind a process: its number, its streams, and the wait for its end.
#pragma once

#include <rota/core/loop.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/detail/node_ref.hpp>
#include <rota/engine/engine.hpp>
#include <rota/engine/operation.hpp>
#include <rota/io/stream.hpp>
#include <rota/process/process.hpp>
#include <rota/sync/event.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace rota::inline v0::detail {

/// Who is told of a child's end, between two turns of the loop.
class end_listener {
public:
    virtual void child_ended() noexcept = 0;

protected:
    ~end_listener() = default;
};

/// Counted by whoever has it: the `process`, coroutines that wait for it, and the engine while it runs.
class process_state final : public waiting_callback_node {
public:
    process_state(loop& home, std::string name, bool leads_group) noexcept;
    ~process_state() override = default;

    /// It was started: from here on its end is waited for.
    void begin(started_child const& started) noexcept;
    /// Puts our ends of its pipes into streams.
    void open_streams(started_child const& started, stream_options const& options);
    /// Nobody has it any more.
    void drop() noexcept;

    /// Throws where the loop has ended.
    void require_loop() const;
    bool runs() const noexcept { return static_cast<bool>(handle_); }
    int group() const noexcept { return leads_group_ ? pid : 0; }
    std::int32_t signal(int number, int to_group) noexcept { return kernel_.signal_child(handle_, number, to_group); }
    /// All of it, where it runs.
    void kill() noexcept;

    std::string name;
    int pid = -1;
    std::optional<int> returncode;
    std::array<stream, 3> streams;
    event ended;
    /// Not at the loop's end. Who sets it takes it back.
    end_listener* told = nullptr;
    /// What `communicate` has read of its output and error.
    std::array<std::string, 2> gathered;

    // It is in the list of what the loop lets go at its end, and called where there is no other way to look again.
    void call() override { look_again(); }
    void discard() noexcept override {}
    void withdraw() noexcept override;

private:
    struct end_operation : poll_operation {
        end_operation(process_state& whose, io_handle process) noexcept
            : poll_operation(process, readiness::readable, &process_state::completed), owner(&whose) {}
        process_state* owner;
    };

    void destroy() noexcept override { delete this; }
    static void completed(operation& op) noexcept;
    void wait_for_end() noexcept;
    void look_again() noexcept {
        if (runs() && !pending_) wait_for_end();
    }
    void look_later() noexcept;
    void take_end() noexcept;
    std::int32_t reap_killed(int& code) noexcept;

    engine& kernel_;
    io_handle handle_{};
    std::optional<end_operation> waiting_;
    bool leads_group_;
    bool pending_ = false;  // the engine has the operation
    bool loop_ended_ = false;
};

using process_ref = node_ref<process_state>;

}  // namespace rota::inline v0::detail
