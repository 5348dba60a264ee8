#include "spawn.hpp"

#include "descriptor.hpp"
#include "sanitizer.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#if defined(__SANITIZE_THREAD__)
#define ROTA_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ROTA_THREAD_SANITIZER 1
#endif
#endif

namespace rota::inline v0::detail {
namespace {

using step = started_child::step;

/// Kernels have it since 5.9; its number is the same everywhere.
constexpr long close_range_number = 436;
constexpr unsigned close_on_exec = 4;
constexpr int as_output = -2;
constexpr std::size_t stack_size = std::size_t{64} * 1024;

/// What the child tells before it ends, in memory that both see.
struct child_report {
    step failed = step::preparing;
    int error = 0;
};

/// All that the child needs, made before it: it must not allocate.
struct child_plan {
    std::vector<char*> arguments;
    std::vector<char*> environment;
    std::vector<std::string> places;
    char const* directory = nullptr;
    /// What becomes 0, 1 and 2; -1: what is there already.
    std::array<int, 3> sources{-1, -1, -1};
    std::span<int const> kept;
    bool new_session = false;
    bool changes_group = false;
    int group = 0;
    child_report* report = nullptr;
};

// In the child only plain system calls are made: it may share its memory with us, or be a copy of a program whose other
// threads held whatever locks.
template <class... Args>
long call(long number, Args... args) noexcept {
    return ::syscall(number, args...);
}

[[noreturn]] void fail(child_plan const& plan, step at, int error) noexcept {
    plan.report->failed = at;
    plan.report->error = error;
    for (;;) call(SYS_exit_group, 127);
}

void require(child_plan const& plan, bool good, step at = step::preparing) noexcept {
    if (!good) fail(plan, at, errno);
}

void reset_signals() noexcept {
    // The kernel's own structure, whose first word is the handler; of zeros it is the default.
    std::array<unsigned long, 8> now{};
    std::array<unsigned long, 8> const standard{};
    constexpr int last_signal = 64;
    for (int signal = 1; signal <= last_signal; ++signal) {
        now.fill(0);
        if (call(SYS_rt_sigaction, signal, nullptr, now.data(), 8) != 0 || now[0] == 0) continue;
        bool const ignored = now[0] == 1;
        if (ignored && (signal == SIGHUP || signal == SIGINT || signal == SIGQUIT)) continue;
        call(SYS_rt_sigaction, signal, standard.data(), nullptr, 8);
    }
}

void keep_descriptors(child_plan const& plan) noexcept {
    if (call(close_range_number, 3U, ~0U, close_on_exec) != 0) {
        // 5.9 and 5.10 have no such flag, and older ones no such call.
        long const most = std::min(::sysconf(_SC_OPEN_MAX), 65'536L);
        for (int descriptor = 3; descriptor < most; ++descriptor) call(SYS_fcntl, descriptor, F_SETFD, FD_CLOEXEC);
    }
    for (int const descriptor : plan.kept) require(plan, call(SYS_fcntl, descriptor, F_SETFD, 0) == 0);
}

void place_streams(child_plan& plan) noexcept {
    // Out of the way first of what is put into their places.
    for (int& source : plan.sources) {
        if (source < 0 || source > 2) continue;
        source = static_cast<int>(call(SYS_fcntl, source, F_DUPFD_CLOEXEC, 3));
        require(plan, source >= 0);
    }
    for (int number = 0; number != 3; ++number) {
        int const source = plan.sources[static_cast<std::size_t>(number)];
        if (source >= 0) require(plan, call(SYS_dup3, source, number, 0) >= 0);
        if (source == as_output) require(plan, call(SYS_dup3, 1, number, 0) >= 0);
    }
}

[[noreturn]] void be_child(child_plan& plan) noexcept {
    reset_signals();
    if (plan.new_session) require(plan, call(SYS_setsid) >= 0);
    if (plan.changes_group) require(plan, call(SYS_setpgid, 0, plan.group) == 0);
    keep_descriptors(plan);
    place_streams(plan);
    if (plan.directory != nullptr) require(plan, call(SYS_chdir, plan.directory) == 0, step::directory);
    std::uint64_t const none = 0;
    call(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
    bool forbidden = false;
    for (auto const& place : plan.places) {
        call(SYS_execve, place.c_str(), plan.arguments.data(), plan.environment.data());
        forbidden = forbidden || errno == EACCES;
        if (errno != EACCES && errno != ENOENT && errno != ENOTDIR) break;
    }
    fail(plan, step::program, forbidden ? EACCES : errno);
}

int child_main(void* plan) noexcept { be_child(*static_cast<child_plan*>(plan)); }

/// The child's pid, or a negative errno. Comes back when it has begun its program, or ended.
int start(child_plan& plan, std::byte* stack_top, int& pidfd) noexcept {
#if defined(ROTA_ADDRESS_SANITIZER) || defined(ROTA_MEMORY_SANITIZER) || defined(ROTA_THREAD_SANITIZER)
    // What the sanitizers keep about memory and threads must not be shared.
    (void)stack_top;
    auto const pid = ::syscall(SYS_clone, CLONE_VFORK | CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr);
    if (pid == 0) child_main(&plan);
#else
    auto const pid = ::clone(&child_main, stack_top, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &plan, &pidfd,
                             nullptr, nullptr);
#endif
    return pid < 0 ? -errno : static_cast<int>(pid);
}

/// Memory that a child sees whether or not it shares ours.
class shared_memory {
public:
    shared_memory() noexcept
        : begin_(::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
    ~shared_memory() {
        if (good()) ::munmap(begin_, stack_size);
    }
    shared_memory(shared_memory const&) = delete;
    shared_memory& operator=(shared_memory const&) = delete;

    bool good() const noexcept { return begin_ != MAP_FAILED; }
    child_report& report() noexcept { return *::new (begin_) child_report; }
    std::byte* end() noexcept { return static_cast<std::byte*>(begin_) + stack_size; }

private:
    void* begin_;
};

/// No signal comes in this thread while it lives: a handler must not run in a child that shares our memory.
class no_signals {
public:
    no_signals() noexcept {
        std::uint64_t const all = ~std::uint64_t{0};
        call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before_, sizeof before_);
    }
    ~no_signals() { call(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, sizeof before_); }
    no_signals(no_signals const&) = delete;
    no_signals& operator=(no_signals const&) = delete;

private:
    std::uint64_t before_ = 0;
};

/// Closes what it has.
class descriptors {
public:
    descriptors() = default;
    ~descriptors() {
        for (int const descriptor : held_) close_descriptor(descriptor);
    }
    descriptors(descriptors const&) = delete;
    descriptors& operator=(descriptors const&) = delete;
    int& operator[](std::size_t index) noexcept { return held_[index]; }

private:
    std::array<int, 3> held_{-1, -1, -1};
};

std::int32_t open_streams(child_request const& request, child_plan& plan, descriptors& theirs,
                          descriptors& ours) noexcept {
    using kind = child_stream::kind;
    for (std::size_t number = 0; number != 3; ++number) {
        auto const& stream = request.streams[number];
        switch (stream.leads) {
            case kind::inherit: continue;
            case kind::null: theirs[number] = ::open("/dev/null", O_RDWR | O_CLOEXEC); break;
            case kind::pipe: {
                std::array<int, 2> ends{-1, -1};
                if (::pipe2(ends.data(), O_CLOEXEC) < 0) return -errno;
                bool const it_reads = number == 0;
                theirs[number] = ends[it_reads ? 0 : 1];
                ours[number] = ends[it_reads ? 1 : 0];
                if (int const result = set_blocking(ours[number], false); result < 0) return result;
                break;
            }
            case kind::descriptor:
                if (stream.descriptor < 0) return -EBADF;
                plan.sources[number] = stream.descriptor;
                continue;
            case kind::as_output: plan.sources[number] = as_output; continue;
        }
        if (theirs[number] < 0) return -errno;
        plan.sources[number] = theirs[number];
    }
    return 0;
}

std::string_view path_of(child_request const& request) noexcept {
    constexpr std::string_view name = "PATH=";
    constexpr std::string_view standard = "/bin:/usr/bin";
    if (!request.environment) {
        char const* const path = std::getenv("PATH");
        return path ? path : standard;
    }
    for (auto const& each : *request.environment)
        if (each.starts_with(name)) return std::string_view(each).substr(name.size());
    return standard;
}

std::vector<std::string> places_of(child_request const& request) {
    if (request.program.find('/') != std::string::npos || request.program.empty()) return {request.program};
    std::vector<std::string> places;
    for (std::string_view left = path_of(request);;) {
        auto const end = std::min(left.find(':'), left.size());
        std::string place(left.substr(0, end));
        if (!place.empty()) place += '/';
        places.push_back(place + request.program);
        if (end == left.size()) return places;
        left.remove_prefix(end + 1);
    }
}

/// For the kernel, which changes nothing in them.
std::vector<char*> pointers_to(std::vector<std::string> const& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto const& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

std::int32_t run(child_plan& plan, raw_child& child) noexcept {
    shared_memory memory;
    if (!memory.good()) return -errno;
    plan.report = &memory.report();
    {
        no_signals const quiet;
        child.pid = start(plan, memory.end(), child.pidfd);
    }
    if (child.pid < 0) return child.pid;
    if (plan.report->error == 0) return 0;
    child.failed = plan.report->failed;
    siginfo_t end{};
    while (::waitid(P_PIDFD, static_cast<id_t>(child.pidfd), &end, WEXITED) < 0 && errno == EINTR) {}
    ::close(child.pidfd);
    return -plan.report->error;
}

}  // namespace

std::int32_t spawn(child_request const& request, raw_child& child) noexcept {
    try {
        child_plan plan;
        plan.arguments = pointers_to(request.arguments);
        plan.places = places_of(request);
        if (request.environment)
            plan.environment = pointers_to(*request.environment);
        else
            for (char** each = environ; each != nullptr && *each != nullptr; ++each) plan.environment.push_back(*each);
        if (!request.environment) plan.environment.push_back(nullptr);
        if (request.directory) plan.directory = request.directory->c_str();
        plan.kept = request.kept_descriptors;
        plan.new_session = request.new_session;
        plan.changes_group = request.process_group && !request.new_session;
        plan.group = request.process_group.value_or(0);
        descriptors theirs;
        descriptors ours;
        if (auto const result = open_streams(request, plan, theirs, ours); result < 0) return result;
        if (auto const result = run(plan, child); result < 0) return result;
        for (std::size_t number = 0; number != 3; ++number) std::swap(child.streams[number], ours[number]);
        return 0;
    } catch (std::bad_alloc const&) {
        return -ENOMEM;
    }
}

std::int32_t reap(int pidfd, int& returncode) noexcept {
    siginfo_t end{};
    int result = 0;
    do result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &end, WEXITED | WNOHANG);
    while (result < 0 && errno == EINTR);
    if (result < 0) return -errno;
    if (end.si_pid == 0) return -EAGAIN;
    returncode = end.si_code == CLD_EXITED ? end.si_status : -end.si_status;
    return 0;
}

void kill_and_reap(raw_child const& child) noexcept {
    send_signal(child.pidfd, SIGKILL, 0);
    siginfo_t end{};
    while (::waitid(P_PIDFD, static_cast<id_t>(child.pidfd), &end, WEXITED) < 0 && errno == EINTR) {}
}

std::int32_t send_signal(int pidfd, int signal, int group) noexcept {
    if (group != 0) return ::kill(-group, signal) < 0 ? -errno : 0;
    return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) < 0 ? -errno : 0;
}

}  // namespace rota::inline v0::detail
