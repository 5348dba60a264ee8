#include "url_list.hpp"

#include <rota/base/error.hpp>

#include <cerrno>
#include <fstream>
#include <iostream>

namespace tools {
namespace {

void read_lines(std::istream& from, std::vector<std::string>& urls) {
    constexpr std::string_view space = " \t\r\f\v";
    std::string line;
    while (std::getline(from, line)) {
        auto const first = line.find_first_not_of(space);
        if (first == line.npos || line[first] == '#') continue;
        urls.push_back(line.substr(first, line.find_last_not_of(space) - first + 1));
    }
}

}  // namespace

std::vector<std::string> read_url_list(std::string const& path) {
    std::vector<std::string> urls;
    if (path == "-") {
        std::ios::sync_with_stdio(false);
        read_lines(std::cin, urls);
        return urls;
    }
    errno = 0;
    std::ifstream file(path);
    if (file) read_lines(file, urls);
    if (!file.is_open() || file.bad()) throw rota::system_error(errno == 0 ? EIO : errno, "read", path);
    return urls;
}

bool has_comment_behind(std::string_view url) { return url.find(" #") != url.npos || url.find("\t#") != url.npos; }

}  // namespace tools
