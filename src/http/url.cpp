#include <rota/http/url.hpp>

#include <rota/engine/socket_address.hpp>

#include <algorithm>
#include <charconv>

namespace rota::inline v0::http {
namespace {

constexpr std::size_t longest_url = 8000;  // Servers and Rota's own parser stop at lines of about 8 KiB.
constexpr std::size_t longest_host = 253;

[[noreturn]] void refuse(std::string const& why) { throw url_error(why); }

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void lower(std::string& text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
}

// What RFC 3986 lets stand in a path or query, and the percent sign of what is encoded already.
constexpr bool stays(char c) noexcept {
    return is_letter(c) || is_digit(c) || std::string_view("-._~:/?@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

void append_encoded(std::string& to, std::string_view text) {
    constexpr char digits[] = "0123456789ABCDEF";
    for (char const c : text) {
        if (stays(c)) {
            to.push_back(c);
        } else {
            auto const byte = static_cast<unsigned char>(c);
            to.append({'%', digits[byte >> 4], digits[byte & 15]});
        }
    }
}

// 1 for a dot segment, 2 for one that goes up; also where its dots are percent-encoded.
int dots(std::string_view segment) {
    int count = 0;
    while (!segment.empty()) {
        std::size_t length = 0;
        if (segment[0] == '.')
            length = 1;
        else if (segment.starts_with("%2e") || segment.starts_with("%2E"))
            length = 3;
        if (length == 0 || ++count > 2) return 0;
        segment.remove_prefix(length);
    }
    return count;
}

// `path` begins with a slash.
std::string without_dot_segments(std::string_view path) {
    std::string result;
    while (!path.empty()) {
        auto const end = std::min(path.find('/', 1), path.size());
        auto const segment = path.substr(1, end - 1);
        bool const last = end == path.size();
        int const kind = dots(segment);
        if (kind == 2) result.resize(result.find_last_of('/') == result.npos ? 0 : result.find_last_of('/'));
        if (kind == 0)
            result.append(path.substr(0, end));
        else if (last)
            result.push_back('/');
        path.remove_prefix(end);
    }
    return result;
}

void check_name(std::string_view host) {
    if (host.size() > longest_host) refuse("the host name is longer than 253 characters");
    for (char const c : host) {
        if (static_cast<unsigned char>(c) >= 0x80) refuse("the host name is not ASCII; write it in its xn-- form");
        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '.' && c != '_')
            refuse("the host name '" + std::string(host) + "' holds a '" + c + "'");
    }
    auto labels = host;
    if (labels.ends_with('.')) labels.remove_suffix(1);
    if (labels.empty() || labels.front() == '.' || labels.find("..") != labels.npos)
        refuse("the host name '" + std::string(host) + "' has an empty part");
    // A resolver takes 127.1 and 0x7f.1 for addresses; what they mean depends on who reads them.
    auto const last = labels.substr(labels.find_last_of('.') + 1);
    bool const numeric = std::all_of(last.begin(), last.end(), is_digit) || last.starts_with("0x");
    if (numeric && socket_address::from_literal(host, 1).family() != address_family::ipv4)
        refuse("'" + std::string(host) + "' is no IPv4 address; write four numbers of 0 to 255");
}

std::uint16_t parse_port(std::string_view text) {
    std::uint16_t port = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
        refuse("the port '" + std::string(text) + "' is no number of 1 to 65535");
    return port;
}

}  // namespace

url url::parse(std::string_view text) {
    if (text.empty()) refuse("the URL is empty");
    if (text.size() > longest_url) refuse("the URL is longer than 8000 characters");
    if (std::any_of(text.begin(), text.end(), is_control)) refuse("the URL holds a control character");
    if (text.find(' ') != text.npos) refuse("the URL holds a space; write %20");

    url result;
    auto const colon = text.find("://");
    auto const before_path = text.substr(0, text.find_first_of("/?#"));
    if (colon == text.npos || colon >= before_path.size())
        refuse("the URL has no scheme; write http://" + std::string(text.substr(text.starts_with("//") ? 2 : 0)));
    result.scheme_ = text.substr(0, colon);
    lower(result.scheme_);
    if (result.scheme_ == "http")
        result.port_ = 80;
    else if (result.scheme_ == "https")
        result.port_ = 443;
    else
        refuse("the scheme '" + result.scheme_ + "' is not supported; http:// is");

    auto rest = text.substr(colon + 3);
    auto authority = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(authority.size());
    if (authority.find('@') != authority.npos)
        refuse("a user name or password in a URL is not supported yet; leave out what stands before the @");
    if (authority.starts_with('[')) {
        auto const close = authority.find(']');
        if (close == authority.npos) refuse("the IPv6 address lacks its closing bracket");
        result.host_ = authority.substr(1, close - 1);
        authority.remove_prefix(close + 1);
        if (socket_address::from_literal(result.host_, 1).family() != address_family::ipv6)
            refuse("'" + result.host_ + "' is no IPv6 address");
        if (!authority.empty() && authority[0] != ':') refuse("only a port may follow the IPv6 address");
    } else {
        result.host_ = authority.substr(0, authority.find(':'));
        if (result.host_.empty()) refuse("the URL has no host");
        authority.remove_prefix(result.host_.size());
        if (authority.find(':', 1) != authority.npos) refuse("an IPv6 address stands in brackets: http://[::1]/");
        check_name(result.host_);
    }
    lower(result.host_);
    if (authority.size() > 1) result.port_ = parse_port(authority.substr(1));

    rest = rest.substr(0, rest.find('#'));
    auto const path = rest.substr(0, rest.find('?'));
    std::string encoded;
    append_encoded(encoded, path.empty() ? "/" : path);
    result.target_ = without_dot_segments(encoded);
    result.path_length_ = result.target_.size();
    append_encoded(result.target_, rest.substr(path.size()));
    return result;
}

std::string url::host_field() const {
    std::string result = host_.find(':') == host_.npos ? host_ : '[' + host_ + ']';
    if (port_ != (scheme_ == "https" ? 443 : 80)) result += ':' + std::to_string(port_);
    return result;
}

std::string url::to_string() const { return scheme_ + "://" + host_field() + target_; }

}  // namespace rota::inline v0::http
