// Standard streams that are something else for a while.
#pragma once

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace io_kit {

/// Puts a descriptor in the place of a standard one while it lives.
class in_place_of {
public:
    in_place_of(int number, int with) : number_(number), before_(::fcntl(number, F_DUPFD_CLOEXEC, 10)) {
        EXPECT_EQ(::dup2(with, number), number);
    }
    ~in_place_of() {
        if (before_ < 0) {
            ::close(number_);
        } else {
            ::dup2(before_, number_);
            ::close(before_);
        }
    }
    in_place_of(in_place_of const&) = delete;
    in_place_of& operator=(in_place_of const&) = delete;

private:
    int number_;
    int before_;
};

/// A terminal: what its user types and sees, and what the program has.
struct pseudo_terminal {
    pseudo_terminal() {
        EXPECT_GE(user, 0);
        EXPECT_EQ(::grantpt(user) + ::unlockpt(user), 0);
        program = ::open(::ptsname(user), O_RDWR | O_NOCTTY | O_CLOEXEC);
        EXPECT_GE(program, 0);
    }
    pseudo_terminal(pseudo_terminal const&) = delete;
    pseudo_terminal& operator=(pseudo_terminal const&) = delete;
    ~pseudo_terminal() {
        ::close(program);
        ::close(user);
    }

    int user = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int program = -1;
};

inline void write_all(int descriptor, std::string_view text) {
    EXPECT_EQ(::write(descriptor, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

}  // namespace io_kit
