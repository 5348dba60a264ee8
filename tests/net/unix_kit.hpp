// What the tests of Unix sockets share.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

namespace net_kit {

/// A path that no other test has; what is left there goes with it.
class unix_path {
public:
    unix_path() : text_((std::filesystem::temp_directory_path() / name()).string()) {}
    unix_path(unix_path const&) = delete;
    unix_path& operator=(unix_path const&) = delete;
    ~unix_path() { std::remove(text_.c_str()); }
    operator std::string const&() const { return text_; }
    std::string const& text() const { return text_; }
    bool exists() const { return std::filesystem::exists(text_); }

    static std::string name() {
        static int number = 0;
        return "rota-net-" + std::to_string(getpid()) + "-" + std::to_string(++number);
    }

private:
    std::string text_;
};

}  // namespace net_kit
