#pragma once

#include <rota/base/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rota::inline v0 {

/// Address families, by name, so that no public header needs the kernel's.
enum class address_family : std::uint8_t { unspecified, ipv4, ipv6, unix_path };

/// One end of a connection: family, address and port, in the kernel's own form.
///
/// asyncio: the tuple that `getsockname()` gives.
class socket_address {
public:
    socket_address() = default;

    /// An IPv4 or IPv6 literal (`127.0.0.1`, `::1`, no brackets) and a port. Where `host` is no literal the result's
    /// family is `unspecified`.
    ROTA_API static socket_address from_literal(std::string_view host, std::uint16_t port) noexcept;

    /// The address of a Unix socket: a path, or a name of Linux's own that begins with a NUL and stands for no file. What
    /// is empty, too long (108 bytes, with the NUL behind a path) or a path with a NUL in it gives `unspecified`.
    ROTA_API static socket_address from_path(std::string_view path) noexcept;

    /// Takes over a `sockaddr` of `length` bytes; what does not fit gives `unspecified`.
    ROTA_API static socket_address from_raw(void const* sockaddr, std::size_t length) noexcept;

    ROTA_API address_family family() const noexcept;
    ROTA_API std::uint16_t port() const noexcept;
    ROTA_API void set_port(std::uint16_t port) noexcept;

    /// The address without the port: `127.0.0.1`, `::1`; a path, or `@name` for one that begins with a NUL.
    ROTA_API std::string host() const;
    /// As people write it: `127.0.0.1:80`, `[::1]:80`.
    ROTA_API std::string to_string() const;

    /// The `sockaddr` itself, and its length in bytes.
    void const* raw() const noexcept { return bytes_.data(); }
    void* raw() noexcept { return bytes_.data(); }
    std::uint32_t raw_length() const noexcept { return length_; }
    void set_raw_length(std::uint32_t length) noexcept { length_ = length; }
    /// For calls that write the length themselves: the capacity before, what was written after.
    std::uint32_t* raw_length_to_fill() noexcept {
        length_ = raw_capacity();
        return &length_;
    }
    static constexpr std::uint32_t raw_capacity() noexcept { return 112; }

    ROTA_API friend bool operator==(socket_address const& a, socket_address const& b) noexcept;

private:
    alignas(8) std::array<std::byte, 112> bytes_{};
    std::uint32_t length_ = 0;
};

}  // namespace rota::inline v0
