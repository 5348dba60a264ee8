#include "terminal.hpp"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <mutex>

namespace rota::inline v0::detail {
namespace {

std::mutex mutex;
int wanted = 0;
termios before{};

int set(termios const& how) noexcept {
    while (::tcsetattr(STDIN_FILENO, TCSANOW, &how) != 0)
        if (errno != EINTR) return -errno;
    return 0;
}

void restore_at_exit() noexcept {
    std::scoped_lock const held(mutex);
    if (wanted > 0) set(before);
    wanted = 0;
}

}  // namespace

int begin_keys() noexcept {
    std::scoped_lock const held(mutex);
    if (wanted == 0) {
        if (::tcgetattr(STDIN_FILENO, &before) != 0) return -errno;
        static bool const restored = std::atexit(restore_at_exit) == 0;
        if (!restored) return -ENOMEM;
        auto keys = before;
        keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        keys.c_cc[VMIN] = 1;
        keys.c_cc[VTIME] = 0;
        if (int const result = set(keys); result != 0) return result;
    }
    ++wanted;
    return 0;
}

void end_keys() noexcept {
    std::scoped_lock const held(mutex);
    if (wanted > 0 && --wanted == 0) set(before);
}

int size_of_terminal(int& columns, int& lines) noexcept {
    winsize size{};
    if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0) return -errno;
    columns = size.ws_col;
    lines = size.ws_row;
    return 0;
}

}  // namespace rota::inline v0::detail
