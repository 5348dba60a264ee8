#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/engine/child.hpp>
#include <rota/engine/operation.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rota::inline v0 {

/// Which engine a loop runs on. `automatic`: sockets, pipes and processes wait on epoll, and files go by io_uring where the
/// kernel gives a ring, else by threads; its kind is `epoll`. `uring` and `epoll` do all by one of the two.
enum class engine_kind : std::uint8_t { automatic, uring, epoll, simulated };

/// What a socket carries: bytes in a connection, or datagrams.
enum class socket_kind : std::uint8_t { stream, datagram };

/// Socket options an engine can set; values as the kernel takes them.
enum class socket_option : std::uint8_t {
    reuse_address,
    reuse_port,
    no_delay,
    keep_alive,
    ipv6_only,
    broadcast,
    /// How many bytes may wait to be read, or to be sent; the kernel takes twice that, for its own needs.
    receive_buffer,
    send_buffer,
};

/// What a simulated network does to UDP datagrams. Each is a probability between 0 and 1, drawn from the seed.
struct datagram_faults {
    datagram_faults() = default;

    /// It never arrives.
    double loss = 0;
    /// It arrives twice.
    double duplication = 0;
    /// It is overtaken by those behind it.
    double reordering = 0;
};

/// How an engine is made. Zero always means "the engine's own choice".
struct engine_options {
    engine_options() = default;
    explicit engine_options(engine_kind wanted) : kind(wanted) {}

    engine_kind kind = engine_kind::automatic;
    /// Entries of the submission ring (io_uring). Small ones work, only slower.
    std::uint32_t ring_entries = 0;
    /// The most threads for blocking work.
    std::uint32_t blocking_threads = 0;
    /// What a simulated engine draws sizes, latencies and orders from. 0: first in, first out, no latency, whole segments.
    std::uint64_t seed = 0;
    /// What a simulated network does to datagrams; with a seed of 0, too.
    datagram_faults datagrams{};
    /// How many bytes the disk of a simulated engine holds; what does not fit is `ENOSPC`.
    std::uint64_t disk_bytes = 0;
    /// Of so many transfers and syncs of a simulated disk, one fails with `EIO`, by the seed's choice. 0: none does.
    std::uint32_t disk_fault_one_in = 0;
};

/// Why an engine's `wait` came back.
enum class wait_outcome : std::uint8_t {
    /// Something completed, or `wake` was called.
    events,
    /// The deadline passed first.
    deadline,
    /// A simulated engine has nothing left that could ever happen: every task waits for ever.
    stuck,
};

/// What talks to the kernel, or pretends to. One for each loop, chosen at run time, used only by the thread that runs it;
/// `wake` alone may be called from other threads and from signal handlers.
///
/// The contract is completion-shaped. `submit` either finishes an operation at once (true; its result is set and nobody
/// is called) or keeps it until it calls `operation::finish` from inside `wait`, exactly once. An operation on a stale
/// handle finishes at once with `-EBADF`. At most one receive and one send, or any number of accepts, should be pending
/// on a handle; more are served first come, first served.
class ROTA_API engine : public detail::clock_source {
public:
    virtual ~engine() = default;
    engine(engine const&) = delete;
    engine& operator=(engine const&) = delete;

    virtual engine_kind kind() const noexcept = 0;
    /// Why `automatic` has no ring for files: the call and its error; empty where it has one or was not asked.
    std::string const& fallback_reason() const noexcept { return fallback_reason_; }

    /// True: finished at once. False: `finish` will be called from `wait`.
    virtual bool submit(operation& op) noexcept = 0;
    /// Asks a pending operation to end soon. Nothing to do where it is finishing already. Never calls `finish` itself.
    virtual void cancel(operation& op) noexcept = 0;
    /// Submits what is queued, delivers what has completed, and waits for that until `deadline` (one that is past: not at
    /// all). Throws `rota::system_error` where the kernel refuses the ring itself.
    virtual wait_outcome wait(clock::time_point deadline) = 0;
    /// Makes the present or next `wait` return. From any thread or signal handler.
    virtual void wake() noexcept = 0;
    /// 64 random bits; in simulation from the seed.
    virtual std::uint64_t random() noexcept = 0;

    /// The calls that never wait. Each gives 0 or a negative errno.
    virtual std::int32_t open_socket(address_family family, io_handle& opened,
                                     socket_kind kind = socket_kind::stream) noexcept = 0;
    virtual std::int32_t set_option(io_handle handle, socket_option option, int value) noexcept = 0;
    virtual std::int32_t bind(io_handle handle, socket_address const& address) noexcept = 0;
    virtual std::int32_t listen(io_handle handle, int backlog) noexcept = 0;
    virtual std::int32_t local_address(io_handle handle, socket_address& address) noexcept = 0;
    virtual std::int32_t peer_address(io_handle handle, socket_address& address) noexcept = 0;
    /// Whether a socket stands at the path of a Unix address, and which one: `-ENOENT` for nothing, `-ENOTSOCK` for something
    /// else, else 0 and a number that no other file has at the same time.
    virtual std::int32_t find_socket_file(socket_address const& at, std::uint64_t& which) noexcept = 0;
    /// Removes what stands there.
    virtual std::int32_t remove_socket_file(socket_address const& at) noexcept = 0;
    /// What an engine has that is the kernel's; one that is not answers `-ENOSYS`.
    ///
    /// Takes over a descriptor of the program's: pipe, terminal, socket, pidfd, file. It is made non-blocking, and closed
    /// with its handle; where this fails, at once. A blocking one is made blocking again first, since others may have it
    /// too. Of a file receives and sends go on at its position, and wait for the disk.
    virtual std::int32_t adopt(int descriptor, io_handle& adopted) noexcept;
    /// A handle to poll a descriptor that stays the program's, which nothing is changed of.
    virtual std::int32_t adopt_copy(int descriptor, io_handle& adopted) noexcept;
    /// Starts a child process; it stands still until the child runs its program. `EACCES`, `ENOENT` and the like may be the
    /// program's or its directory's: `started.failed` tells.
    virtual std::int32_t spawn(child_request const& request, started_child& started) noexcept;
    /// Sends a signal to a child that was not reaped: to it alone, or to the group it leads where `group` is its number.
    virtual std::int32_t signal_child(io_handle process, int signal, int group) noexcept;
    /// Takes a child's end: its exit code, or the negative number of the signal that ended it. `-EAGAIN`: it runs;
    /// `-ECHILD`: somebody else has taken it.
    virtual std::int32_t reap_child(io_handle process, int& returncode) noexcept;
    /// Closes without anyone waiting for it, as destructors must: like a `close_operation` that nobody awaits.
    virtual void close(io_handle handle) noexcept = 0;

    /// Whether `wait` would find something, told from memory alone: no call into the kernel, no clock.
    bool peek() const noexcept {
        return __atomic_load_n(arrived_, __ATOMIC_ACQUIRE) != reaped_ ||
               (__atomic_load_n(flags_, __ATOMIC_RELAXED) & flag_mask_) != 0 || woken_.load(std::memory_order_relaxed);
    }

    /// How many operations are pending, closes included: 0 means that the engine may be destroyed.
    std::size_t pending() const noexcept { return pending_; }

protected:
    engine() = default;

    /// Counters in memory that say "something arrived": a ring's completion tail against what was reaped, and a flag word.
    /// Engines without a ring leave them at words of their own that never change.
    std::uint32_t quiet_ = 0;
    std::uint32_t const* arrived_ = &quiet_;
    std::uint32_t reaped_ = 0;
    std::uint32_t const* flags_ = &quiet_;
    std::uint32_t flag_mask_ = 0;
    /// Set by `wake`, cleared by `wait`.
    std::atomic<bool> woken_{false};
    std::size_t pending_ = 0;
    std::string fallback_reason_;
};

/// Makes the engine that `options` ask for; the environment's `ROTA_ENGINE` (`auto uring epoll simulated`) and
/// `ROTA_SEED` override `automatic` and a seed of 0. `uring` asked for by name and refused throws `rota::system_error`;
/// `automatic` does without a ring and keeps the reason.
ROTA_API std::unique_ptr<engine> make_engine(engine_options const& options = {});

/// The seed that `options` give, else `ROTA_SEED`, else 0.
ROTA_API std::uint64_t seed_of(engine_options const& options);

/// `uring`, `epoll`, `simulated`, `auto`.
ROTA_API std::string_view to_string(engine_kind kind) noexcept;

}  // namespace rota::inline v0
