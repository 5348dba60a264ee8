#include "descriptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <ctime>

namespace rota::inline v0::detail {
namespace {

/// RWF_NOSIGNAL of Linux 6.18, which C libraries do not name yet.
constexpr int no_signal = 0x100;

std::size_t at_most(std::size_t bytes) noexcept { return std::min<std::size_t>(bytes, INT_MAX); }

std::int32_t outcome(ssize_t count) noexcept { return count < 0 ? -errno : static_cast<std::int32_t>(count); }

bool is_pending(int signal) noexcept {
    sigset_t pending;
    sigemptyset(&pending);
    return ::sigpending(&pending) == 0 && sigismember(&pending, signal) == 1;
}

}  // namespace

int set_blocking(int descriptor, bool blocking) noexcept {
    int const flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0) return -errno;
    bool const was = (flags & O_NONBLOCK) == 0;
    if (was != blocking && ::fcntl(descriptor, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) < 0)
        return -errno;
    return was ? 1 : 0;
}

bool descriptor_is_socket(int descriptor) noexcept {
    struct stat what{};
    return ::fstat(descriptor, &what) == 0 && S_ISSOCK(what.st_mode);
}

bool descriptor_is_ready(int descriptor, bool for_reading) noexcept {
    pollfd asked{descriptor, static_cast<short>(for_reading ? POLLIN : POLLOUT), 0};
    int count = 0;
    do count = ::poll(&asked, 1, 0);
    while (count < 0 && errno == EINTR);
    return count > 0;
}

int open_again(int descriptor, bool for_reading) noexcept {
    struct stat what{};
    if (::fstat(descriptor, &what) < 0) return -errno;
    if (S_ISFIFO(what.st_mode) || S_ISCHR(what.st_mode)) {
        std::array<char, 32> path{};
        std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", descriptor);
        int const own = ::open(path.data(), (for_reading ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (own >= 0) return own;
    }
    int const shared = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    return shared < 0 ? -errno : shared;
}

void close_descriptor(int descriptor) noexcept {
    if (descriptor >= 0) ::close(descriptor);
}

std::int32_t read_descriptor(int descriptor, void* into, std::size_t room) noexcept {
    ssize_t count = 0;
    do count = ::read(descriptor, into, at_most(room));
    while (count < 0 && errno == EINTR);
    return outcome(count);
}

std::int32_t write_descriptor(int descriptor, void const* from, std::size_t bytes) noexcept {
    static std::atomic<bool> can_ask{true};
    if (can_ask.load(std::memory_order_relaxed)) {
        iovec const piece{const_cast<void*>(from), at_most(bytes)};
        ssize_t count = 0;
        do count = ::pwritev2(descriptor, &piece, 1, -1, no_signal);
        while (count < 0 && errno == EINTR);
        if (count >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EPERM)) return outcome(count);
        can_ask.store(false, std::memory_order_relaxed);
    }
    return write_holding_signal(descriptor, from, bytes);
}

std::int32_t write_holding_signal(int descriptor, void const* from, std::size_t bytes) noexcept {
    sigset_t only;
    sigset_t before;
    sigemptyset(&only);
    sigaddset(&only, SIGPIPE);
    // One that is pending already is not ours to take.
    bool const was_pending = is_pending(SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &only, &before);
    ssize_t count = 0;
    do count = ::write(descriptor, from, at_most(bytes));
    while (count < 0 && errno == EINTR);
    auto const result = outcome(count);
    if (result == -EPIPE && !was_pending && is_pending(SIGPIPE)) {
        timespec const at_once{};
        while (::sigtimedwait(&only, nullptr, &at_once) < 0 && errno == EINTR) {}
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return result;
}

}  // namespace rota::inline v0::detail
