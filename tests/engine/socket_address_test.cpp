#include <rota/engine/socket_address.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace {

using rota::address_family;
using rota::socket_address;

TEST(socket_address, an_empty_one_leads_nowhere) {
    socket_address const address;
    EXPECT_EQ(address.family(), address_family::unspecified);
    EXPECT_EQ(address.port(), 0);
    EXPECT_EQ(address.host(), "");
    EXPECT_EQ(address.to_string(), "unspecified");
    EXPECT_EQ(address.raw_length(), 0U);
    EXPECT_EQ(address, socket_address());
}

TEST(socket_address, ipv4_literals) {
    auto const address = socket_address::from_literal("127.0.0.1", 8080);
    EXPECT_EQ(address.family(), address_family::ipv4);
    EXPECT_EQ(address.host(), "127.0.0.1");
    EXPECT_EQ(address.port(), 8080);
    EXPECT_EQ(address.to_string(), "127.0.0.1:8080");
    EXPECT_EQ(address.raw_length(), sizeof(sockaddr_in));
    sockaddr_in raw{};
    std::memcpy(&raw, address.raw(), sizeof raw);
    EXPECT_EQ(raw.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    EXPECT_EQ(raw.sin_port, htons(8080));
}

TEST(socket_address, ipv4_hosts_of_any_digits) {
    for (char const* const text : {"0.0.0.0", "1.22.133.4", "255.255.255.255"})
        EXPECT_EQ(socket_address::from_literal(text, 1).host(), text);
}

TEST(socket_address, ipv6_literals) {
    auto const address = socket_address::from_literal("::1", 80);
    EXPECT_EQ(address.family(), address_family::ipv6);
    EXPECT_EQ(address.host(), "::1");
    EXPECT_EQ(address.to_string(), "[::1]:80");
    EXPECT_EQ(socket_address::from_literal("2001:DB8:0:0::1", 1).to_string(), "[2001:db8::1]:1");
}

TEST(socket_address, a_scope_is_a_number_or_the_name_of_an_interface) {
    auto const address = socket_address::from_literal("fe80::1%7", 80);
    EXPECT_EQ(address.to_string(), "[fe80::1%7]:80");
    EXPECT_NE(address, socket_address::from_literal("fe80::1%8", 80));
    EXPECT_EQ(socket_address::from_literal("fe80::1%lo", 80).family(), address_family::ipv6);
    EXPECT_EQ(socket_address::from_literal("fe80::1%", 80).family(), address_family::unspecified);
    EXPECT_EQ(socket_address::from_literal("fe80::1%no-such-interface-here", 80).family(), address_family::unspecified);
    EXPECT_EQ(socket_address::from_literal("127.0.0.1%1", 80).family(), address_family::unspecified);
}

TEST(socket_address, what_is_no_literal_is_unspecified) {
    using namespace std::string_view_literals;
    for (auto const text :
         {""sv, "localhost"sv, "127.0.0"sv, "127.0.0.1 "sv, "256.0.0.1"sv, "[::1]"sv, ":::"sv, "1"sv, "0x7f.1"sv,
          "127.0.0.1\0x"sv, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee"sv})
        EXPECT_EQ(socket_address::from_literal(text, 80).family(), address_family::unspecified) << text;
}

TEST(socket_address, the_port_can_be_changed) {
    for (auto const host : {"127.0.0.1", "::1"}) {
        auto address = socket_address::from_literal(host, 0);
        address.set_port(65'535);
        EXPECT_EQ(address, socket_address::from_literal(host, 65'535));
        EXPECT_NE(address, socket_address::from_literal(host, 0));
    }
    socket_address nowhere;
    nowhere.set_port(80);
    EXPECT_EQ(nowhere.port(), 0);
}

TEST(socket_address, raw_ones_are_taken_over) {
    auto const made = socket_address::from_literal("::1", 80);
    EXPECT_EQ(socket_address::from_raw(made.raw(), made.raw_length()), made);
    EXPECT_EQ(socket_address::from_raw(made.raw(), made.raw_length() - 1).family(), address_family::unspecified);
    EXPECT_EQ(socket_address::from_raw(nullptr, 0).family(), address_family::unspecified);
    EXPECT_EQ(socket_address::from_raw(made.raw(), 1).family(), address_family::unspecified);
    sockaddr_storage large{};
    large.ss_family = AF_INET6;
    EXPECT_EQ(socket_address::from_raw(&large, sizeof large).family(), address_family::unspecified);
    large.ss_family = AF_NETLINK;
    EXPECT_EQ(socket_address::from_raw(&large, 16).raw_length(), 0U);
}

TEST(socket_address, the_flow_label_makes_no_other_address) {
    auto const plain = socket_address::from_literal("::1", 80);
    sockaddr_in6 raw{};
    std::memcpy(&raw, plain.raw(), sizeof raw);
    raw.sin6_flowinfo = htonl(5);
    EXPECT_EQ(socket_address::from_raw(&raw, sizeof raw), plain);
}

TEST(socket_address, unix_sockets_have_paths_abstract_names_or_none) {
    sockaddr_un raw{};
    raw.sun_family = AF_UNIX;
    std::strcpy(raw.sun_path, "/run/x");
    auto const path = socket_address::from_raw(&raw, sizeof raw);
    EXPECT_EQ(path.family(), address_family::unix_path);
    EXPECT_EQ(path.to_string(), "/run/x");
    std::memcpy(raw.sun_path, "\0name", 5);
    EXPECT_EQ(socket_address::from_raw(&raw, offsetof(sockaddr_un, sun_path) + 5).host(), "@name");
    auto const nameless = socket_address::from_raw(&raw, sizeof raw.sun_family);
    EXPECT_EQ(nameless.family(), address_family::unix_path);
    EXPECT_EQ(nameless.host(), "");
    EXPECT_EQ(nameless.to_string(), "a nameless Unix socket");
}

TEST(socket_address, a_path_or_a_name_behind_a_NUL_is_that_of_a_unix_socket) {
    auto const path = socket_address::from_path("/run/x");
    EXPECT_EQ(path.family(), address_family::unix_path);
    EXPECT_EQ(path.to_string(), "/run/x");
    EXPECT_EQ(path.port(), 0);
    using namespace std::string_view_literals;
    auto const name = socket_address::from_path("\0name"sv);
    EXPECT_EQ(name.host(), "@name");
    EXPECT_EQ(name.raw_length(), offsetof(sockaddr_un, sun_path) + 5);
    EXPECT_EQ(path, socket_address::from_path("/run/x"));
    EXPECT_FALSE(path == socket_address::from_path("/run/y"));
}

TEST(socket_address, what_can_be_no_path_of_a_socket_has_no_family) {
    using namespace std::string_view_literals;
    EXPECT_EQ(socket_address::from_path("").family(), address_family::unspecified);
    EXPECT_EQ(socket_address::from_path("a\0b"sv).family(), address_family::unspecified);
    EXPECT_EQ(socket_address::from_path(std::string(107, 'x')).family(), address_family::unix_path);
    EXPECT_EQ(socket_address::from_path(std::string(108, 'x')).family(), address_family::unspecified);
    EXPECT_EQ(socket_address::from_path(std::string(108, '\0')).family(), address_family::unix_path);
}

}  // namespace
