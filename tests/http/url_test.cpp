#include <rota/http/url.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using rota::http::url;
using rota::http::url_error;

std::string why(std::string_view text) {
    try {
        return "accepted as " + url::parse(text).to_string();
    } catch (url_error const& error) {
        return error.what();
    }
}

TEST(Url, IsTakenApart) {
    auto const parsed = url::parse("http://Example.COM:8080/a/b?x=1&y=2#part");
    EXPECT_EQ(parsed.scheme(), "http");
    EXPECT_EQ(parsed.host(), "example.com");
    EXPECT_EQ(parsed.port(), 8080);
    EXPECT_EQ(parsed.path(), "/a/b");
    EXPECT_EQ(parsed.target(), "/a/b?x=1&y=2");
    EXPECT_EQ(parsed.host_field(), "example.com:8080");
    EXPECT_EQ(parsed.to_string(), "http://example.com:8080/a/b?x=1&y=2");
}

TEST(Url, WhatIsLeftOutHasItsDefault) {
    EXPECT_EQ(url::parse("http://a").to_string(), "http://a/");
    EXPECT_EQ(url::parse("http://a").port(), 80);
    EXPECT_EQ(url::parse("https://a").port(), 443);
    EXPECT_EQ(url::parse("http://a:/x").port(), 80);
    EXPECT_EQ(url::parse("http://a?q").target(), "/?q");
    EXPECT_EQ(url::parse("http://a#f").target(), "/");
    EXPECT_EQ(url::parse("HTTP://a/?").target(), "/?");
}

TEST(Url, TheHostFieldLeavesOutTheSchemesOwnPort) {
    EXPECT_EQ(url::parse("http://a:80/").host_field(), "a");
    EXPECT_EQ(url::parse("http://a:443/").host_field(), "a:443");
    EXPECT_EQ(url::parse("https://a:443/").host_field(), "a");
}

TEST(Url, AnIpv6AddressStandsInBrackets) {
    auto const parsed = url::parse("http://[::1]:81/x");
    EXPECT_EQ(parsed.host(), "::1");
    EXPECT_EQ(parsed.port(), 81);
    EXPECT_EQ(parsed.host_field(), "[::1]:81");
    EXPECT_EQ(url::parse("http://[FE80::1]").host_field(), "[fe80::1]");
}

TEST(Url, DotSegmentsAreResolvedAndNeverLeaveTheRoot) {
    EXPECT_EQ(url::parse("http://a/b/./c/../d").target(), "/b/d");
    EXPECT_EQ(url::parse("http://a/../../etc/passwd").target(), "/etc/passwd");
    EXPECT_EQ(url::parse("http://a/b/..").target(), "/");
    EXPECT_EQ(url::parse("http://a/b/.").target(), "/b/");
    EXPECT_EQ(url::parse("http://a/%2e%2E/x").target(), "/x");
    EXPECT_EQ(url::parse("http://a/b//c/.../d").target(), "/b//c/.../d");
    EXPECT_EQ(url::parse("http://a/b?x=/../y").target(), "/b?x=/../y");
}

TEST(Url, WhatMayNotStandInARequestIsEncoded) {
    EXPECT_EQ(url::parse("http://a/\xc3\xa9\"<>^`{|}").target(), "/%C3%A9%22%3C%3E%5E%60%7B%7C%7D");
    EXPECT_EQ(url::parse("http://a/%20%zz").target(), "/%20%zz");
    EXPECT_EQ(url::parse("http://a/b?q=\xc3\xa9").target(), "/b?q=%C3%A9");
    EXPECT_EQ(url::parse("http://a/x\\..\\y").target(), "/x%5C..%5Cy");
}

TEST(Url, WhatIsWrongIsToldInWordsForItsWriter) {
    struct {
        std::string_view text;
        std::string_view told;
    } const cases[] = {
        {"", "the URL is empty"},
        {"example.com/x", "the URL has no scheme; write http://example.com/x"},
        {"localhost:8080", "the URL has no scheme; write http://localhost:8080"},
        {"//example.com/x", "the URL has no scheme; write http://example.com/x"},
        {"/a?u=http://b", "the URL has no scheme; write http:///a?u=http://b"},
        {"ftp://a/", "the scheme 'ftp' is not supported; http:// is"},
        {"http://", "the URL has no host"},
        {"http:///x", "the URL has no host"},
        {"http://:80/", "the URL has no host"},
        {"http://a b/", "the URL holds a space; write %20"},
        {"http://a/b c", "the URL holds a space; write %20"},
        {"http://a/\r\nx: y", "the URL holds a control character"},
        {std::string_view("http://a/\0", 10), "the URL holds a control character"},
        {"http://me:word@a/",
         "a user name or password in a URL is not supported yet; leave out what stands before the @"},
        {"http://a:0/", "the port '0' is no number of 1 to 65535"},
        {"http://a:65536/", "the port '65536' is no number of 1 to 65535"},
        {"http://a:8x/", "the port '8x' is no number of 1 to 65535"},
        {"http://a:+80/", "the port '+80' is no number of 1 to 65535"},
        {"http://[::1/", "the IPv6 address lacks its closing bracket"},
        {"http://[::x]/", "'::x' is no IPv6 address"},
        {"http://[::1]80/", "only a port may follow the IPv6 address"},
        {"http://::1/", "the URL has no host"},
        {"http://fe80::1/", "an IPv6 address stands in brackets: http://[::1]/"},
        {"http://b\xc3\xbc"
         "cher.example/",
         "the host name is not ASCII; write it in its xn-- form"},
        {"http://a%41/", "the host name 'a%41' holds a '%'"},
        {"http://a..b/", "the host name 'a..b' has an empty part"},
        {"http://./", "the host name '.' has an empty part"},
        {"http://127.1/", "'127.1' is no IPv4 address; write four numbers of 0 to 255"},
        {"http://2130706433/", "'2130706433' is no IPv4 address; write four numbers of 0 to 255"},
        {"http://0x7f.0.0.0x1/", "'0x7f.0.0.0x1' is no IPv4 address; write four numbers of 0 to 255"},
        {"http://256.0.0.1/", "'256.0.0.1' is no IPv4 address; write four numbers of 0 to 255"},
    };
    for (auto const& one : cases) EXPECT_EQ(why(one.text), one.told) << one.text;
}

TEST(Url, LengthsAreBounded) {
    EXPECT_EQ(why("http://a/" + std::string(8000, 'x')), "the URL is longer than 8000 characters");
    EXPECT_EQ(why("http://" + std::string(254, 'x') + "/"), "the host name is longer than 253 characters");
    EXPECT_NO_THROW(url::parse("http://a/" + std::string(7991, 'x')));
}

}  // namespace
