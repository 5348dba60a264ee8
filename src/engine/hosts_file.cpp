#include "hosts_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rota::inline v0::detail {
namespace {

constexpr std::size_t most_read = std::size_t{64} * 1024;

/// Empty where there is no file; nothing where it can't be read or is too long.
std::optional<std::string> content_of(char const* path) {
    // Should it be a pipe, nobody is waited for.
    int const descriptor = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        if (errno == ENOENT) return std::string();
        return std::nullopt;
    }
    struct closed_at_end {
        int descriptor;
        ~closed_at_end() { ::close(descriptor); }
    } const opened{descriptor};
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > static_cast<off_t>(most_read))
        return std::nullopt;
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t have = 0;
    while (have < text.size()) {
        auto const count = ::read(descriptor, text.data() + have, text.size() - have);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::nullopt;
        if (count == 0) break;
        have += static_cast<std::size_t>(count);
    }
    text.resize(have);
    return text;
}

/// The next word of `line`, which loses it; empty where there is none.
std::string_view take_word(std::string_view& line) {
    constexpr std::string_view blanks = " \t\r\v\f";
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    auto const word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    return word;
}

/// The next line, less its comment; `text` loses it.
std::string_view take_line(std::string_view& text) {
    auto const end = text.find('\n');
    auto const line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line.substr(0, line.find('#'));
}

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

/// Also where nothing is said.
bool hosts_come_first(std::string_view order) {
    bool first = true;
    while (!order.empty()) {
        auto line = take_line(order);
        auto const colon = std::min(line.find(':'), line.size());
        auto database = line.substr(0, colon);
        if (take_word(database) != "hosts") continue;
        line.remove_prefix(std::min(colon + 1, line.size()));
        first = take_word(line) == "files";
    }
    return first;
}

bool has_name(std::string_view line, std::string_view name) {
    for (auto each = take_word(line); !each.empty(); each = take_word(line))
        if (same_name(each, name)) return true;
    return false;
}

}  // namespace

std::optional<std::vector<socket_address>> find_in_hosts_file(std::string_view name, std::uint16_t port,
                                                              address_family family, hosts_files const& files) {
    auto const order = content_of(files.order);
    if (!order || !hosts_come_first(*order)) return std::nullopt;
    auto const hosts = content_of(files.hosts);
    if (!hosts) return std::nullopt;
    std::vector<socket_address> found;
    for (std::string_view rest = *hosts; !rest.empty();) {
        auto line = take_line(rest);
        auto const address = socket_address::from_literal(take_word(line), port);
        if (address.family() == address_family::unspecified || !has_name(line, name)) continue;
        if (family != address_family::unspecified && family != address.family()) continue;
        if (std::ranges::find(found, address) == found.end()) found.push_back(address);
    }
    if (found.empty()) return std::nullopt;
    return found;
}

}  // namespace rota::inline v0::detail
