#include "kernel_engine.hpp"

#include "descriptor.hpp"
#include "file_calls.hpp"
#include "spawn.hpp"

#include <rota/base/error.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

namespace rota::inline v0::detail {
namespace {

/// They all but only wait.
constexpr std::uint32_t name_threads = 16;

std::int32_t outcome(int returned) noexcept { return returned < 0 ? -errno : 0; }

int kernel_family(address_family family) noexcept {
    switch (family) {
        case address_family::ipv4: return AF_INET;
        case address_family::ipv6: return AF_INET6;
        case address_family::unix_path: return AF_UNIX;
        case address_family::unspecified: break;
    }
    return AF_UNSPEC;
}

struct kernel_option {
    int level;
    int name;
};

kernel_option to_kernel(socket_option option) noexcept {
    switch (option) {
        case socket_option::reuse_address: return {SOL_SOCKET, SO_REUSEADDR};
        case socket_option::reuse_port: return {SOL_SOCKET, SO_REUSEPORT};
        case socket_option::no_delay: return {IPPROTO_TCP, TCP_NODELAY};
        case socket_option::keep_alive: return {SOL_SOCKET, SO_KEEPALIVE};
        case socket_option::ipv6_only: return {IPPROTO_IPV6, IPV6_V6ONLY};
        case socket_option::broadcast: return {SOL_SOCKET, SO_BROADCAST};
        case socket_option::receive_buffer: return {SOL_SOCKET, SO_RCVBUF};
        case socket_option::send_buffer: return {SOL_SOCKET, SO_SNDBUF};
    }
    return {-1, -1};
}

/// Of a Unix address: empty for an abstract one. Takes no memory.
std::array<char, sizeof(sockaddr_un::sun_path) + 1> path_of(socket_address const& address) noexcept {
    std::array<char, sizeof(sockaddr_un::sun_path) + 1> path{};
    constexpr std::size_t start = offsetof(sockaddr_un, sun_path);
    if (address.family() == address_family::unix_path && address.raw_length() > start)
        std::memcpy(path.data(), static_cast<char const*>(address.raw()) + start,
                    std::min<std::size_t>(address.raw_length() - start, path.size() - 1));
    return path;
}

bool asks_for_nothing(operation const& op) noexcept {
    return (op.code() == opcode::receive && static_cast<receive_operation const&>(op).length() == 0) ||
           (op.code() == opcode::send && static_cast<send_operation const&>(op).length == 0);
}

/// One comparison keeps the others off the path of those that matter most.
bool is_no_sockets(operation const& op) noexcept { return op.code() >= opcode::open_file; }

bool is_in_pool(operation const& op) noexcept {
    return op.code() == opcode::blocking || (is_file_operation(op) && static_cast<file_operation const&>(op).pooled);
}

sockaddr const* raw(socket_address const& address) noexcept { return static_cast<sockaddr const*>(address.raw()); }
sockaddr* raw(socket_address& address) noexcept { return static_cast<sockaddr*>(address.raw()); }

}  // namespace

kernel_engine::kernel_engine(engine_options const& options) : blocking_threads_(options.blocking_threads) {
    wake_descriptor_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_descriptor_ < 0) throw_system_error(errno, "eventfd");
}

kernel_engine::~kernel_engine() {
    pool_.reset();
    name_pool_.reset();
    ::close(wake_descriptor_);
}

void kernel_engine::wake() noexcept {
    // Only the first of many wakers pays for the write; `wait` does not sleep while the flag is up.
    if (woken_.exchange(true, std::memory_order_acq_rel)) return;
    int const before = errno;  // a signal handler must not change it
    std::uint64_t const one = 1;
    while (::write(wake_descriptor_, &one, sizeof one) < 0 && errno == EINTR) {}
    errno = before;
}

std::uint64_t kernel_engine::random() noexcept {
    if (entropy_left_ == 0) {
        // 256 bytes at most come whole and uninterrupted.
        while (getrandom(entropy_.data(), sizeof entropy_, 0) != static_cast<ssize_t>(sizeof entropy_)) {}
        entropy_left_ = entropy_.size();
    }
    return std::exchange(entropy_[--entropy_left_], 0);
}

bool kernel_engine::submit(operation& op) noexcept {
    if (is_no_sockets(op)) [[unlikely]] {
        if (op.code() == opcode::blocking) return submit_blocking(static_cast<blocking_operation&>(op));
        if (is_file_operation(op)) return submit_file(static_cast<file_operation&>(op));
    }
    auto* const slot = handles_.find(op.handle());
    if (!slot) {
        op.finish_at_once(-EBADF);
        return true;
    }
    if (op.code() == opcode::close) {
        if (auto const closed = begin_close(*slot)) {
            op.finish_at_once(*closed);
            return true;
        }
        slot->closer = &op;
        op.stage = waiting;
        ++pending_;
        return false;
    }
    if (asks_for_nothing(op)) {
        op.finish_at_once(0);
        return true;
    }
    // Last, so that it returns to who called this: after a call of the kernel each return is mispredicted.
    return start(*slot, op);
}

bool kernel_engine::submit_blocking(blocking_operation& op) noexcept {
    auto& pool = pool_of(op);
    if (!pool) {
        pool.emplace(
            op.of_names ? name_threads : blocking_threads_,
            // Not through the virtual table: a worker may still be here while the engine is destroyed.
            [](void* self) noexcept { static_cast<kernel_engine*>(self)->kernel_engine::wake(); }, this);
    }
    if (auto const error = pool->submit(op); error != 0) {
        op.finish_at_once(error);
        return true;
    }
    ++pending_;
    return false;
}

bool kernel_engine::submit_file(file_operation& op) noexcept {
    handle_slot* slot = nullptr;
    if (op.handle()) {
        slot = handles_.find(op.handle());
        op.descriptor = slot ? slot->descriptor : -1;
    }
    if (!slot && (op.handle() || needs_handle(op))) {
        op.finish_at_once(-EBADF);
        return true;
    }
    op.pooled = false;
    auto const started = asks_for_no_bytes(op) ? file_start::finished : start_file(op);
    if (started == file_start::finished) {
        op.stage = fresh;
        return true;
    }
    if (started == file_start::by_pool) {
        op.pooled = true;
        op.work = &do_file_call;
        if (submit_blocking(op)) return true;
    } else {
        ++pending_;
    }
    if (slot) ++slot->users;
    return false;
}

void kernel_engine::cancel(operation& op) noexcept {
    if (is_in_pool(op)) {
        auto& work = static_cast<blocking_operation&>(op);
        if (auto& pool = pool_of(work); pool && pool->withdraw(work)) finish_later(op, -ECANCELED);
        return;
    }
    if (op.stage == fresh || op.stage == finished || op.code() == opcode::close) return;
    if (is_file_operation(op)) return abandon_file(static_cast<file_operation&>(op));
    abandon(handles_.at(op.handle().slot), op);
}

void kernel_engine::close(io_handle handle) noexcept {
    if (auto* const slot = handles_.find(handle)) begin_close(*slot);
}

std::optional<std::int32_t> kernel_engine::begin_close(handle_slot& slot) noexcept {
    handles_.retire(slot);
    if (slot.users == 0) return release(slot);
    // A listening socket refuses from now on, and not only when its accepts have let go of it.
    if (auto const* const first = slot.reading.front(); first && first->code() == opcode::accept)
        ::shutdown(slot.descriptor, SHUT_RD);
    for (auto* list : {&slot.reading, &slot.writing}) {
        for (auto* op = list->front(); op;) {
            auto* const next = list->after(*op);
            abandon(slot, *op);
            op = next;
        }
    }
    return std::nullopt;
}

void kernel_engine::complete(operation& op, std::int32_t result) noexcept {
    auto const index = op.handle().slot;
    if (op.linked()) op.unlink();
    op.stage = fresh;
    --pending_;
    if (is_no_sockets(op)) [[unlikely]] {
        if (result >= 0 && opens_file(op)) result = adopt_opened(op, result);
        if (index == io_handle::no_slot) {
            op.finish(result);
            return;
        }
    }
    op.finish(result);
    // Counted down only now: whatever its owner just did with the handle, the slot is still the operation's.
    auto& slot = handles_.at(index);
    if (--slot.users != 0 || !slot.closing) {
        operation_left(slot);
        return;
    }
    auto* const closer = slot.closer;
    auto const closed = release(slot);
    if (!closer) return;
    closer->stage = fresh;
    --pending_;
    closer->finish(closed);
}

void kernel_engine::finish_later(operation& op, std::int32_t result) noexcept {
    if (op.linked()) op.unlink();
    op.stage = finished;
    op.finish_at_once(result);
    finished_.push_back(op);
    woken_.store(true, std::memory_order_relaxed);
}

std::optional<clock::duration> kernel_engine::time_to_sleep(clock::time_point deadline) noexcept {
    constexpr auto none = clock::duration::zero();
    if (is_past_for_sure(deadline) || woken_.load(std::memory_order_acquire)) return none;
    if (deadline == clock::never()) return std::nullopt;
    return std::max(none, deadline - now());
}

bool kernel_engine::take_own_work() noexcept {
    // The flag first: who raises it after this has its work seen by the next wait, which will not sleep.
    if (!woken_.load(std::memory_order_acquire) || !woken_.exchange(false, std::memory_order_acq_rel)) return false;
    if (pool_) pool_->collect(finished_);
    if (name_pool_) name_pool_->collect(finished_);
    operation_list batch;
    batch.splice_back(finished_);
    while (auto* const op = batch.front()) complete(*op, op->result());
    return true;
}

std::int32_t kernel_engine::adopt_accepted(accept_operation& op, int descriptor) noexcept {
    auto const result = handles_.adopt(descriptor, op.accepted);
    if (result == 0 && op.peer.family() == address_family::unix_path)
        handles_.find(op.accepted)->short_read_empties = false;
    return result;
}

std::int32_t kernel_engine::adopt_opened(operation& op, std::int32_t descriptor) noexcept {
    if (op.code() == opcode::file_call) return handles_.adopt(descriptor, static_cast<file_call_operation&>(op).opened);
    auto& opening = static_cast<open_file_operation&>(op);
    if (auto const refused = inspect_opened(opening, descriptor); refused < 0) {
        ::close(descriptor);
        return refused;
    }
    return handles_.adopt(descriptor, opening.opened);
}

int kernel_engine::shutdown_now(handle_slot const& slot, operation const& op) noexcept {
    static_assert(static_cast<int>(shutdown_operation::side::receive) == SHUT_RD);
    static_assert(static_cast<int>(shutdown_operation::side::send) == SHUT_WR);
    static_assert(static_cast<int>(shutdown_operation::side::both) == SHUT_RDWR);
    return outcome(::shutdown(slot.descriptor, static_cast<int>(static_cast<shutdown_operation const&>(op).which)));
}

std::int32_t kernel_engine::open_socket(address_family family, io_handle& opened, socket_kind kind) noexcept {
    if (family == address_family::unspecified) return -EAFNOSUPPORT;
    int const type = kind == socket_kind::datagram ? SOCK_DGRAM : SOCK_STREAM;
    int const descriptor = ::socket(kernel_family(family), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    auto const result = handles_.adopt(descriptor, opened);
    if (result != 0) return result;
    auto& slot = *handles_.find(opened);
    slot.is_datagram = kind == socket_kind::datagram;
    slot.short_read_empties = family != address_family::unix_path && !slot.is_datagram;
    return 0;
}

std::int32_t kernel_engine::find_socket_file(socket_address const& at, std::uint64_t& which) noexcept {
    struct stat found{};
    if (::stat(path_of(at).data(), &found) < 0) return -errno;
    if (!S_ISSOCK(found.st_mode)) return -ENOTSOCK;
    // A file system's numbers are small, so that those of two never meet.
    which = found.st_ino ^ (std::uint64_t{found.st_dev} << 40);
    return 0;
}

std::int32_t kernel_engine::remove_socket_file(socket_address const& at) noexcept {
    return outcome(::unlink(path_of(at).data()));
}

std::int32_t kernel_engine::adopt(int descriptor, io_handle& adopted) noexcept {
    if (descriptor < 0) return -EBADF;
    int const before = set_blocking(descriptor, false);
    if (before < 0) {
        ::close(descriptor);
        return before;
    }
    auto const result = handles_.adopt(descriptor, adopted);
    if (result != 0) return result;
    auto& slot = *handles_.find(adopted);
    slot.was_blocking = before == 1;
    slot.is_shared = true;
    slot.is_socket = descriptor_is_socket(descriptor);
    // Whether a short read has emptied it is known of stream sockets of the internet only.
    slot.short_read_empties = false;
    return 0;
}

std::int32_t kernel_engine::adopt_copy(int descriptor, io_handle& adopted) noexcept {
    int const copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return -errno;
    auto const result = handles_.adopt(copy, adopted);
    if (result == 0) handles_.find(adopted)->is_shared = true;
    return result;
}

std::int32_t kernel_engine::spawn(child_request const& request, started_child& started) noexcept {
    raw_child child;
    auto result = detail::spawn(request, child);
    started.failed = child.failed;
    if (result != 0) return result;
    started.pid = child.pid;
    for (std::size_t number = 0; number != child.streams.size(); ++number) {
        int const ours = child.streams[number];
        if (ours < 0) continue;
        if (result == 0)
            result = adopt(ours, started.streams[number]);
        else
            close_descriptor(ours);
    }
    if (result == 0) result = handles_.reserve();
    if (result != 0) {
        kill_and_reap(child);
        close_descriptor(child.pidfd);
        for (auto const handle : started.streams) close(handle);
        return result;
    }
    return adopt(child.pidfd, started.process);
}

std::int32_t kernel_engine::signal_child(io_handle process, int signal, int group) noexcept {
    auto* const slot = handles_.find(process);
    return slot ? send_signal(slot->descriptor, signal, group) : -ESRCH;
}

std::int32_t kernel_engine::reap_child(io_handle process, int& returncode) noexcept {
    auto* const slot = handles_.find(process);
    return slot ? reap(slot->descriptor, returncode) : -ECHILD;
}

std::int32_t kernel_engine::attempt_by_call(handle_slot const& slot, operation& op) noexcept {
    if (op.code() == opcode::receive) {
        auto& receive = static_cast<receive_operation&>(op);
        void* const into = receive.buffer();
        if (into == nullptr) return -ENOMEM;
        auto const result = read_descriptor(slot.descriptor, into, receive.length());
        if (result == -EAGAIN) receive.give_back();
        return result;
    }
    if (op.code() == opcode::send) {
        auto const& send = static_cast<send_operation const&>(op);
        return write_descriptor(slot.descriptor, send.data, send.length);
    }
    return descriptor_is_ready(slot.descriptor, is_poll_for_reading(op)) ? 0 : -EAGAIN;
}

std::int32_t kernel_engine::set_option(io_handle handle, socket_option option, int value) noexcept {
    auto* const slot = handles_.find(handle);
    if (!slot) return -EBADF;
    auto const [level, name] = to_kernel(option);
    return outcome(::setsockopt(slot->descriptor, level, name, &value, sizeof value));
}

std::int32_t kernel_engine::bind(io_handle handle, socket_address const& address) noexcept {
    auto* const slot = handles_.find(handle);
    if (!slot) return -EBADF;
    return outcome(::bind(slot->descriptor, raw(address), address.raw_length()));
}

std::int32_t kernel_engine::listen(io_handle handle, int backlog) noexcept {
    auto* const slot = handles_.find(handle);
    if (!slot) return -EBADF;
    return outcome(::listen(slot->descriptor, backlog));
}

std::int32_t kernel_engine::local_address(io_handle handle, socket_address& address) noexcept {
    auto* const slot = handles_.find(handle);
    if (!slot) return -EBADF;
    return outcome(::getsockname(slot->descriptor, raw(address), address.raw_length_to_fill()));
}

std::int32_t kernel_engine::peer_address(io_handle handle, socket_address& address) noexcept {
    auto* const slot = handles_.find(handle);
    if (!slot) return -EBADF;
    return outcome(::getpeername(slot->descriptor, raw(address), address.raw_length_to_fill()));
}

}  // namespace rota::inline v0::detail
