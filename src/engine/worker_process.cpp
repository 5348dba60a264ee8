#include "worker_process.hpp"

#include <rota/base/error.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace rota::inline v0::detail {
namespace {

constexpr char const* variable = "ROTA_PROCESS_POOL_WORKER";
// Where a worker finds its end of the socket.
constexpr int worker_descriptor = 3;

/// What stands before a request: how long its name is, and its bytes; before an answer: whether it failed, and its bytes.
struct frame_head {
    std::uint64_t first = 0;
    std::uint64_t length = 0;
};

bool send_all(int socket, void const* data, std::size_t size) noexcept {
    auto const* bytes = static_cast<char const*>(data);
    while (size > 0) {
        auto const sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool receive_all(int socket, void* into, std::size_t size) noexcept {
    auto* bytes = static_cast<char*>(into);
    while (size > 0) {
        auto const got = ::recv(socket, bytes, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

/// The environment with one variable more.
std::vector<char*> environment_with(std::string& added) {
    std::vector<char*> all;
    for (char** each = environ; *each != nullptr; ++each) all.push_back(*each);
    all.push_back(added.data());
    all.push_back(nullptr);
    return all;
}

/// It inherits the socket and the standard streams, and signals as they are for a program that a shell has started.
class spawn_settings {
public:
    explicit spawn_settings(int socket) noexcept {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, socket, worker_descriptor);
        posix_spawn_file_actions_addclosefrom_np(&actions_, worker_descriptor + 1);
        posix_spawnattr_init(&attributes_);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    spawn_settings(spawn_settings const&) = delete;
    spawn_settings& operator=(spawn_settings const&) = delete;
    ~spawn_settings() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    int spawn(::pid_t& made) {
        std::string added(variable);
        added += "=1";
        std::string name = "rota-worker";
        auto const environment = environment_with(added);
        std::array<char*, 2> const arguments{name.data(), nullptr};
        return ::posix_spawn(&made, "/proc/self/exe", &actions_, &attributes_, arguments.data(), environment.data());
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

}  // namespace

worker_process::worker_process() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw_system_error(errno, "process_pool: make a socket pair");
    int const error = spawn_settings(ends[1]).spawn(pid_);
    ::close(ends[1]);
    if (error != 0) {
        ::close(ends[0]);
        throw_system_error(error, "process_pool: start a worker");
    }
    socket_ = ends[0];
}

worker_process::~worker_process() {
    ::close(socket_);
    reap(0);
}

bool worker_process::is_alive() const noexcept {
    char byte = 0;
    return ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

bool worker_process::ask(std::string_view name, std::string_view request, bool& failed, std::string& answer) {
    frame_head head{name.size(), request.size()};
    if (!send_all(socket_, &head, sizeof head) || !send_all(socket_, name.data(), name.size()) ||
        !send_all(socket_, request.data(), request.size()) || !receive_all(socket_, &head, sizeof head))
        return false;
    failed = head.first != 0;
    answer.resize(head.length);
    return receive_all(socket_, answer.data(), answer.size());
}

void worker_process::kill() noexcept {
    std::lock_guard const held(mutex_);
    if (!reaped_) ::kill(pid_, SIGKILL);
}

void worker_process::reap(int options) noexcept {
    ::siginfo_t info{};
    while (!reaped_ && ::waitid(P_PID, static_cast<::id_t>(pid_), &info, WEXITED | WNOWAIT | options) != 0)
        if (errno != EINTR) break;
    std::lock_guard const held(mutex_);
    if (reaped_) return;
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {}
    reaped_ = true;
}

std::string worker_process::how_it_ended() {
    reap(0);
    if (WIFSIGNALED(status_)) {
        int const signal = WTERMSIG(status_);
        return "died of signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
    }
    return "ended with status " + std::to_string(WEXITSTATUS(status_));
}

void serve_as_worker(bool (*handle)(std::string_view name, std::string_view request, std::string& answer)) {
    struct ::stat found{};
    if (std::getenv(variable) == nullptr || ::fstat(worker_descriptor, &found) != 0 || !S_ISSOCK(found.st_mode)) return;
    // What it starts itself is no worker.
    ::unsetenv(variable);
    ::fcntl(worker_descriptor, F_SETFD, FD_CLOEXEC);
    // Ctrl-C is its parent's business.
    ::signal(SIGINT, SIG_IGN);
    frame_head head;
    std::string name;
    std::string request;
    while (receive_all(worker_descriptor, &head, sizeof head)) {
        name.resize(head.first);
        request.resize(head.length);
        if (!receive_all(worker_descriptor, name.data(), name.size()) ||
            !receive_all(worker_descriptor, request.data(), request.size()))
            break;
        std::string answer;
        bool const failed = !handle(name, request, answer);
        head = {failed ? std::uint64_t{1} : 0, answer.size()};
        if (!send_all(worker_descriptor, &head, sizeof head) ||
            !send_all(worker_descriptor, answer.data(), answer.size()))
            break;
    }
    std::fflush(nullptr);
    ::_exit(0);
}

}  // namespace rota::inline v0::detail
