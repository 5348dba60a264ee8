#include "page_names.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using rota::http::url;

std::string name_of(std::string_view address) { return tools::page_name(url::parse(address)); }

TEST(PageNames, AreTheLastPartOfThePathAndTheQuery) {
    EXPECT_EQ(name_of("http://a/b/c.html"), "c.html");
    EXPECT_EQ(name_of("http://a/b/c.html?x=1&y=2"), "c.html_x=1_y=2");
    EXPECT_EQ(name_of("http://a/b/"), "index.html");
    EXPECT_EQ(name_of("http://a"), "index.html");
    EXPECT_EQ(name_of("http://a/?q=1"), "index.html_q=1");
}

TEST(PageNames, DecodeOnlyWhatIsHarmless) {
    EXPECT_EQ(name_of("http://a/%61%2Dz.html"), "a-z.html");
    EXPECT_EQ(name_of("http://a/a%20b"), "a%20b");
    EXPECT_EQ(name_of("http://a/a%00b"), "a%00b");
    EXPECT_EQ(name_of("http://a/%c3%a9"), "%c3%a9");
    EXPECT_EQ(name_of("http://a/50%"), "50%");
    EXPECT_EQ(name_of("http://a/%2561"), "%2561");
}

TEST(PageNames, NeverLeaveTheFolder) {
    EXPECT_EQ(name_of("http://a/.."), "index.html");
    EXPECT_EQ(name_of("http://a/x/..%2f..%2fetc%2fpasswd"), "_.%2f..%2fetc%2fpasswd");
    EXPECT_EQ(name_of("http://a/..%5c..%5cx"), "_.%5c..%5cx");
    EXPECT_EQ(name_of("http://a/x?/../../etc/passwd"), "x__.._.._etc_passwd");
    EXPECT_EQ(name_of("http://a/.bashrc"), "_bashrc");
    EXPECT_EQ(name_of("http://a/%2ebashrc"), "_bashrc");
    EXPECT_EQ(name_of("http://a/-rf"), "_rf");
    EXPECT_EQ(name_of("http://a/$(x)`y`|z;*"), "__x_%60y%60%7Cz__");
}

TEST(PageNames, AreBoundedAndKeepTheirExtension) {
    auto const name = name_of("http://a/" + std::string(1000, 'x') + ".html");
    EXPECT_EQ(name.size(), 200U);
    EXPECT_TRUE(name.ends_with("x.html"));
    EXPECT_EQ(name_of("http://a/" + std::string(1000, 'x')).size(), 200U);
}

TEST(PageNames, AreUniqueAndTheSameForTheSameUrls) {
    for (int round = 0; round < 2; ++round) {
        tools::page_names names;
        EXPECT_EQ(names.assign(url::parse("http://a/x.html")), "x.html");
        EXPECT_EQ(names.assign(url::parse("http://b/x.html")), "x-2.html");
        EXPECT_EQ(names.assign(url::parse("http://c/x-3.html")), "x-3.html");
        EXPECT_EQ(names.assign(url::parse("http://c/x.html")), "x-4.html");
        EXPECT_EQ(names.assign(url::parse("http://c/x-2.html")), "x-2-2.html");
        EXPECT_EQ(names.assign(url::parse("http://c/")), "index.html");
        EXPECT_EQ(names.assign(url::parse("http://d/")), "index-2.html");
    }
}

TEST(PageNames, LongOnesStayUniqueToo) {
    tools::page_names names;
    auto const address = url::parse("http://a/" + std::string(1000, 'x') + ".html");
    auto const first = names.assign(address);
    auto const second = names.assign(address);
    EXPECT_NE(first, second);
    EXPECT_EQ(second.size(), 200U);
    EXPECT_TRUE(second.ends_with("x-2.html"));
}

}  // namespace
