// The simulated engine's disk: a tree in memory that takes its time, splits transfers, fills up and fails as the seed says.
#pragma once

#include "handle_table.hpp"
#include "simulated_decisions.hpp"
#include "simulated_events.hpp"
#include "simulated_tree.hpp"

#include <rota/engine/engine.hpp>
#include <rota/engine/file_operation.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace rota::inline v0::simulation {

/// What is open, and the operations. Its handles are told from those of sockets by their highest bit.
class disk {
public:
    disk(decisions& choices, event_queue& events, engine_options const& options)
        : choices_(choices), events_(events), tree_(options.disk_bytes), fault_one_in_(options.disk_fault_one_in) {}

    static bool owns(io_handle handle) noexcept { return handle && (handle.slot & slot_bit) != 0; }
    static bool owns(operation const& op) noexcept {
        return (op.code() >= opcode::open_file && op.code() <= opcode::watch) ||
               (op.code() == opcode::close && owns(op.handle()));
    }

    /// True: finished at once. Its place in the heap is the caller's to give back.
    bool submit(operation& op) noexcept;
    /// Unless it has happened already, makes the operation end with `-ECANCELED`.
    void cancel(operation& op) noexcept;
    /// Does an operation that is due: its result, or nothing where it has to wait on.
    std::optional<std::int32_t> attempt(operation& op) noexcept;
    /// Its result is about to be delivered: the last one of a closing file closes it.
    void leave(operation& op) noexcept;
    void close(io_handle handle) noexcept;

private:
    static constexpr std::uint32_t slot_bit = 0x8000'0000;

    struct open_file {
        std::shared_ptr<node> file{};
        std::shared_ptr<watcher> watching{};
        open_flags flags = open_flags::none;
        std::uint64_t position = 0;
        std::uint32_t generation = 0;
        /// Operations that have not completed, its close apart.
        std::uint32_t uses = 0;
        bool closing = false;
        operation* closer = nullptr;
    };

    open_file* find(io_handle handle) noexcept;
    open_file& of(operation const& op) noexcept { return files_[op.handle().slot & ~slot_bit]; }
    void make_room();
    io_handle adopt(std::shared_ptr<node> file, open_flags flags, std::shared_ptr<watcher> watching);
    void begin_close(open_file& file) noexcept;
    void finish_close(open_file& file) noexcept;
    void withdraw(operation& op) noexcept;

    std::optional<std::int32_t> perform(operation& op);
    std::int32_t open(open_file_operation& op);
    std::int32_t read(read_at_operation& op);
    std::int32_t write(write_at_operation const& op);
    std::int32_t call(file_call_operation& op);
    std::int32_t stat(file_call_operation& op);
    std::int32_t truncate(file_call_operation const& op);
    std::int32_t list(file_call_operation& op);
    std::int32_t create_link(file_call_operation const& op);
    std::int32_t open_watch(file_call_operation& op);
    std::optional<std::int32_t> take_events(watch_operation& op);

    bool fails() noexcept { return fault_one_in_ != 0 && choices_.disk_fault(fault_one_in_); }
    file_status::time_point time() const noexcept;
    static file_status status_of(node const& file);
    /// Wakes who reads what has just happened.
    void wake_watchers() noexcept;

    decisions& choices_;
    event_queue& events_;
    tree tree_;
    std::uint32_t fault_one_in_;
    std::uint32_t first_generation_ = detail::first_generation();
    std::vector<open_file> files_;
    std::vector<std::uint32_t> free_;
};

}  // namespace rota::inline v0::simulation
