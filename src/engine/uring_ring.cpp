#include "uring_ring.hpp"

#include <rota/base/error.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace rota::inline v0::detail {
namespace {

constexpr std::uint32_t default_entries = 256;

/// Completions stay in the kernel until this thread asks (6.1); they wait for its next system call (5.19); or they
/// interrupt it.
constexpr std::array<std::uint32_t, 3> wishes = {
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL,
    IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL,
    0,
};

struct named {
    std::uint32_t value;
    char const* name;
};

/// Nothing overflows silently; a wait takes a time limit; a socket that is not ready costs no thread; and the last one came
/// with polls that go on (5.13).
constexpr std::array<named, 4> needed_features = {{
    {IORING_FEAT_NODROP, "IORING_FEAT_NODROP"},
    {IORING_FEAT_EXT_ARG, "IORING_FEAT_EXT_ARG"},
    {IORING_FEAT_FAST_POLL, "IORING_FEAT_FAST_POLL"},
    {IORING_FEAT_RSRC_TAGS, "IORING_FEAT_RSRC_TAGS"},
}};

constexpr std::array<named, 6> needed_opcodes = {{
    {IORING_OP_ACCEPT, "IORING_OP_ACCEPT"},
    {IORING_OP_CONNECT, "IORING_OP_CONNECT"},
    {IORING_OP_RECV, "IORING_OP_RECV"},
    {IORING_OP_SEND, "IORING_OP_SEND"},
    {IORING_OP_ASYNC_CANCEL, "IORING_OP_ASYNC_CANCEL"},
    {IORING_OP_POLL_ADD, "IORING_OP_POLL_ADD"},
}};

/// How many rings have been given back. A new one may be mapped where an old one of another thread was, which is well, but
/// liburing maps without TSan's knowledge, for which the two threads would race: this orders them.
std::atomic<std::uint64_t> given_back{0};

}  // namespace

int enter_ring(int descriptor) noexcept {
    return syscall(SYS_io_uring_enter, descriptor, 0, 0, 0, nullptr, 0) < 0 ? -errno : 0;
}

uring_ring::uring_ring(ring_calls const& calls, std::uint32_t entries) {
    if (entries == 0) entries = default_entries;
    int result = -EINVAL;
    for (auto const wish : wishes) {
        io_uring_params parameters{};
        parameters.flags = wish | IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE | IORING_SETUP_R_DISABLED;
        parameters.cq_entries = entries * 8;
        result = calls.setup(entries, &ring_, &parameters);
        // An unknown flag is EINVAL; anything else would be said of the next wish, too.
        if (result != -EINVAL) break;
    }
    if (result < 0) throw_system_error(-result, "io_uring_setup");
    given_back.load(std::memory_order_acquire);
    try {
        for (auto const& feature : needed_features)
            if (!has(feature.value))
                throw_system_error(ENOSYS, "io_uring_setup", std::string("without ") + feature.name);
        check_opcodes(calls);
        // One that is allowed to be entered says that it is not enabled yet.
        if (int const answer = calls.enter(ring_.ring_fd); answer < 0 && answer != -EBADFD)
            throw_system_error(-answer, "io_uring_enter");
    } catch (...) {
        give_back();
        throw;
    }
}

void uring_ring::give_back() noexcept {
    given_back.fetch_add(1, std::memory_order_release);
    io_uring_queue_exit(&ring_);
}

int uring_ring::enable() noexcept {
    if (enabled_) return 0;
    // liburing 2.3 has a function for it, but its shared library does not export it.
    if (syscall(SYS_io_uring_register, ring_.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0) < 0) return -errno;
    enabled_ = true;
    return 0;
}

void uring_ring::check_opcodes(ring_calls const& calls) {
    auto* const probe = io_uring_get_probe_ring(&ring_);
    if (!probe) throw_system_error(EINVAL, "io_uring_register", "IORING_REGISTER_PROBE");
    named const* missing = nullptr;
    for (auto const& code : needed_opcodes)
        if (!missing && !calls.supports(probe, static_cast<int>(code.value))) missing = &code;
    io_uring_free_probe(probe);
    if (missing) throw_system_error(ENOSYS, "io_uring_setup", std::string("without ") + missing->name);
}

}  // namespace rota::inline v0::detail
