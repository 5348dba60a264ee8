#include <rota/http/headers.hpp>

#include <gtest/gtest.h>

namespace {

using rota::http::headers;
using rota::http::same_word;

TEST(HttpHeaders, NamesCompareWithoutRegardToCase) {
    headers fields;
    fields.add("Content-Type", "text/html");
    EXPECT_EQ(fields.find("content-TYPE"), "text/html");
    EXPECT_FALSE(fields.find("content-typ"));
    EXPECT_FALSE(fields.find("content-types"));
}

TEST(HttpHeaders, FindGivesTheFirstAndCountTellsHowMany) {
    headers fields;
    fields.add("a", "1");
    fields.add("b", "2");
    fields.add("A", "3");
    EXPECT_EQ(fields.find("a"), "1");
    EXPECT_EQ(fields.count("a"), 2U);
    EXPECT_EQ(fields.count("c"), 0U);
}

TEST(HttpHeaders, KeepTheOrderInWhichTheyCame) {
    headers fields;
    fields.add("z", "1");
    fields.add("a", "2");
    std::string order;
    for (auto const& field : fields) order += field.name + field.value;
    EXPECT_EQ(order, "z1a2");
}

TEST(HttpHeaders, AListIsSpreadOverFieldsAndSeparatedByCommas) {
    headers fields;
    fields.add("Connection", "x, Keep-Alive ,,y");
    fields.add("connection", "\tCLOSE");
    EXPECT_TRUE(fields.list_holds("connection", "keep-alive"));
    EXPECT_TRUE(fields.list_holds("connection", "close"));
    EXPECT_TRUE(fields.list_holds("connection", "y"));
    EXPECT_FALSE(fields.list_holds("connection", "keep"));
    EXPECT_FALSE(fields.list_holds("other", "close"));
}

TEST(HttpHeaders, OnlyLettersHaveCase) {
    EXPECT_TRUE(same_word("ETag", "etag"));
    EXPECT_FALSE(same_word("@", "`"));
    EXPECT_FALSE(same_word("[", "{"));
    EXPECT_FALSE(same_word("a", "ab"));
}

}  // namespace
