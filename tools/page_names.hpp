#pragma once

#include <rota/http/url.hpp>

#include <cstddef>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace tools {

/// Names for the files that pages are kept in: the last part of the URL's path and its query, with nothing in it that a
/// shell, a terminal or a file system would take for something else. It holds no slash, begins with neither a dot nor a dash, and is
/// no longer than 200 bytes.
std::string page_name(rota::http::url const& address);

/// Gives each page a name of its own: a second `a.html` becomes `a-2.html`. The same URLs in the same order have the same
/// names.
class page_names {
public:
    std::string assign(rota::http::url const& address);

private:
    std::unordered_set<std::string> taken_;
    std::unordered_map<std::string, std::size_t> last_number_;
};

}  // namespace tools
