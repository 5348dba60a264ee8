#pragma once

#include <rota/base/export.hpp>
#include <rota/http/errors.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rota::inline v0::http {

/// An absolute `http://` or `https://` URL, taken apart.
///
/// Host names are lower-cased, `.` and `..` in the path resolved, and what may not stand in a request as it is (spaces
/// apart, which are an error) percent-encoded; a fragment is dropped, for it is not sent.
class ROTA_API url {
public:
    /// Takes `text` apart.
    ///
    /// Errors: `url_error` where it is not such a URL, in words for its writer. A user name or password is one, for the
    /// client does not send them yet.
    static url parse(std::string_view text);

    /// `http` or `https`.
    std::string const& scheme() const noexcept { return scheme_; }
    /// A name, an IPv4 address, or an IPv6 address without its brackets: what a resolver takes.
    std::string const& host() const noexcept { return host_; }
    std::uint16_t port() const noexcept { return port_; }
    /// Begins with `/`, without the query.
    std::string_view path() const noexcept { return std::string_view(target_).substr(0, path_length_); }
    /// Path and query: what a request asks for.
    std::string const& target() const noexcept { return target_; }
    /// What the `Host` field says: IPv6 in brackets, the port where it is not the scheme's own.
    std::string host_field() const;
    /// The whole URL again, as it was understood.
    std::string to_string() const;

private:
    std::string scheme_;
    std::string host_;
    std::string target_;
    std::size_t path_length_ = 0;
    std::uint16_t port_ = 0;
};

}  // namespace rota::inline v0::http
