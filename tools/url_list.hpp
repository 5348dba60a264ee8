#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tools {

/// The URLs of a file, one a line; `-` is standard input. Empty lines and those that begin with `#` are left out, and the
/// space around a URL. Throws `rota::system_error`.
std::vector<std::string> read_url_list(std::string const& path);

/// Whether there is a `#` after space: meant as a comment, which only a whole line is.
bool has_comment_behind(std::string_view url);

}  // namespace tools
