#pragma once

#include "blocking_pool.hpp"
#include "handle_table.hpp"
#include "operation_stage.hpp"

#include <rota/engine/engine.hpp>
#include <rota/engine/file_operation.hpp>

#include <array>
#include <optional>

namespace rota::inline v0::detail {

/// What the engines on a real kernel share: handles, calls that never wait, the pool of threads, wake-up, and the way an
/// operation's life is counted.
class kernel_engine : public engine {
public:
    ~kernel_engine() override;

    clock::time_point now() noexcept final { return monotonic_now(); }
    void wake() noexcept final;
    std::uint64_t random() noexcept final;

    bool submit(operation& op) noexcept final;
    void cancel(operation& op) noexcept final;

    std::int32_t open_socket(address_family family, io_handle& opened, socket_kind kind) noexcept final;
    std::int32_t set_option(io_handle handle, socket_option option, int value) noexcept final;
    std::int32_t bind(io_handle handle, socket_address const& address) noexcept final;
    std::int32_t listen(io_handle handle, int backlog) noexcept final;
    std::int32_t local_address(io_handle handle, socket_address& address) noexcept final;
    std::int32_t peer_address(io_handle handle, socket_address& address) noexcept final;
    std::int32_t find_socket_file(socket_address const& at, std::uint64_t& which) noexcept final;
    std::int32_t remove_socket_file(socket_address const& at) noexcept final;
    std::int32_t adopt(int descriptor, io_handle& adopted) noexcept final;
    std::int32_t adopt_copy(int descriptor, io_handle& adopted) noexcept final;
    std::int32_t spawn(child_request const& request, started_child& started) noexcept final;
    std::int32_t signal_child(io_handle process, int signal, int group) noexcept final;
    std::int32_t reap_child(io_handle process, int& returncode) noexcept final;
    void close(io_handle handle) noexcept final;

protected:
    explicit kernel_engine(engine_options const& options);

    /// The engine's part of `submit`: true with a result where the operation finished, its stage `fresh`; else it has been
    /// put into its list and counted.
    virtual bool start(handle_slot& slot, operation& op) noexcept = 0;
    void count_kept(handle_slot& slot) noexcept {
        ++slot.users;
        ++pending_;
    }
    /// Brings an operation that is in a slot's list to its end, at once by `finish_later` or through the kernel.
    virtual void abandon(handle_slot& slot, operation& op) noexcept = 0;
    /// The slot's descriptor is about to be closed.
    virtual void forget(handle_slot&) noexcept {}
    /// An operation has left the slot's lists.
    virtual void operation_left(handle_slot& slot) noexcept = 0;

    /// What has become of a file operation: its result is set, it is under way, or the pool is to do it.
    enum class file_start : std::uint8_t { finished, kept, by_pool };
    virtual file_start start_file(file_operation& op) noexcept = 0;
    /// As `abandon`, of one that `start_file` kept.
    virtual void abandon_file(file_operation& op) noexcept = 0;

    /// Calls the operation's owner and ends its hold on its slot.
    void complete(operation& op, std::int32_t result) noexcept;
    /// Has it completed from inside `wait`.
    void finish_later(operation& op, std::int32_t result) noexcept;
    /// How long `wait` may sleep: nothing means for ever. Looks at the clock only where the answer depends on it.
    std::optional<clock::duration> time_to_sleep(clock::time_point deadline) noexcept;
    bool has_passed(clock::time_point deadline) noexcept {
        return is_past_for_sure(deadline) || (deadline != clock::never() && now() >= deadline);
    }
    /// To be called after the kernel was asked: takes back the wake-up and completes what finished without the kernel.
    /// True: something happened.
    bool take_own_work() noexcept;

    /// Puts an accepted descriptor into the operation and gives its result.
    std::int32_t adopt_accepted(accept_operation& op, int descriptor) noexcept;
    static int shutdown_now(handle_slot const& slot, operation const& op) noexcept;
    static operation_list& list_of(handle_slot& slot, operation const& op) noexcept {
        if (op.code() == opcode::receive) return slot.reading;
        if (op.code() == opcode::send) return slot.writing;
        switch (op.code()) {
            case opcode::accept:
            case opcode::receive_from:
            case opcode::watch: return slot.reading;
            case opcode::poll: return is_poll_for_reading(op) ? slot.reading : slot.writing;
            default: return slot.writing;
        }
    }
    /// Whether it is done by calls that never wait, when the descriptor is ready for them.
    static bool goes_by_readiness(handle_slot const& slot, operation const& op) noexcept {
        return op.code() == opcode::poll ||
               (!slot.is_socket && (op.code() == opcode::receive || op.code() == opcode::send));
    }
    /// Such a call; -EAGAIN: it has to wait.
    static std::int32_t attempt_by_call(handle_slot const& slot, operation& op) noexcept;
    static bool is_poll_for_reading(operation const& op) noexcept {
        return op.code() == opcode::poll &&
               static_cast<poll_operation const&>(op).until == poll_operation::readiness::readable;
    }
    int wake_descriptor() const noexcept { return wake_descriptor_; }

    using enum operation_stage::value;

    handle_table handles_;

private:
    /// The clock's epoch is when the machine started.
    static bool is_past_for_sure(clock::time_point deadline) noexcept { return deadline <= clock::time_point{}; }
    /// Where nothing was pending it is closed, and this is what the close said.
    std::optional<std::int32_t> begin_close(handle_slot& slot) noexcept;
    std::int32_t release(handle_slot& slot) noexcept {
        forget(slot);
        return handles_.release(slot);
    }
    bool submit_blocking(blocking_operation& op) noexcept;
    bool submit_file(file_operation& op) noexcept;
    /// Names the descriptor that a call has opened, and gives the operation's result.
    std::int32_t adopt_opened(operation& op, std::int32_t descriptor) noexcept;
    std::optional<blocking_pool>& pool_of(blocking_operation const& op) noexcept {
        return op.of_names ? name_pool_ : pool_;
    }

    int wake_descriptor_ = -1;
    operation_list finished_;
    std::array<std::uint64_t, 32> entropy_{};
    std::size_t entropy_left_ = 0;
    std::uint32_t blocking_threads_;
    /// Last, so that its threads are joined while what they call is still there.
    std::optional<blocking_pool> pool_;
    std::optional<blocking_pool> name_pool_;
};

}  // namespace rota::inline v0::detail
