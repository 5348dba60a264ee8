#include <rota/combine/exception_group.hpp>

#include "combine/combine_kit.hpp"

namespace {

using namespace combine_tests;

std::exception_ptr error(char const* text) { return std::make_exception_ptr(std::runtime_error(text)); }
std::exception_ptr key(char const* text) { return std::make_exception_ptr(key_error(text)); }
std::exception_ptr logic(char const* text) { return std::make_exception_ptr(std::logic_error(text)); }

TEST(exception_group, tells_its_message_and_its_errors) {
    rota::exception_group const group("two things went wrong", {error("first"), key("second")});
    EXPECT_EQ(group.message(), "two things went wrong");
    EXPECT_EQ(texts(group), (log{"first", "second"}));
    std::string const what = group.what();
    EXPECT_NE(what.find("two things went wrong (2 errors): "), std::string::npos) << what;
    EXPECT_NE(what.find("runtime_error: first"), std::string::npos) << what;
    EXPECT_NE(what.find("key_error: second"), std::string::npos) << what;
}

TEST(exception_group, names_types_as_programs_write_them) {
    rota::exception_group const group("all", {std::make_exception_ptr(rota::usage_error("wrong"))});
    EXPECT_STREQ(group.what(), "all (1 error): rota::usage_error: wrong");
}

TEST(exception_group, of_many_errors_tells_some_and_how_many_more_there_are) {
    rota::exception_group const group("all", std::vector<std::exception_ptr>(100, error("same")));
    std::string const what = group.what();
    EXPECT_NE(what.find("all (100 errors): "), std::string::npos) << what;
    EXPECT_TRUE(what.ends_with("same; and 92 more")) << what;
    EXPECT_EQ(group.exceptions().size(), 100U);
}

TEST(exception_group, of_nothing_is_misuse) { EXPECT_THROW(rota::exception_group("none", {}), rota::usage_error); }

TEST(exception_group, is_split_by_type) {
    rota::exception_group const group("all", {error("a"), logic("b"), error("c")});
    auto const [matched, rest] = group.split<std::logic_error>();
    ASSERT_TRUE(matched && rest);
    EXPECT_EQ(texts(*matched), (log{"b"}));
    EXPECT_EQ(texts(*rest), (log{"a", "c"}));
    EXPECT_EQ(matched->message(), "all");
}

TEST(exception_group, is_split_by_base_classes_and_by_several_types) {
    rota::exception_group const group("all", {error("a"), key("b"), logic("c"), std::make_exception_ptr(7)});
    EXPECT_EQ(texts(*group.subgroup<std::runtime_error>()), (log{"a", "b"}));
    EXPECT_EQ(texts(*group.subgroup<key_error>()), (log{"b"}));
    EXPECT_EQ(texts(*group.subgroup<key_error, std::logic_error>()), (log{"b", "c"}));
    EXPECT_EQ(group.subgroup<int>()->exceptions().size(), 1U);
}

TEST(exception_group, has_no_half_where_nothing_is_in_it) {
    rota::exception_group const group("all", {error("a")});
    EXPECT_FALSE(group.subgroup<std::logic_error>());
    EXPECT_FALSE(group.split<std::runtime_error>().second);
}

TEST(exception_group, keeps_groups_within_in_their_place) {
    rota::exception_group const inner("inner", {key("deep"), logic("deeper")});
    rota::exception_group const outer("outer", {error("flat"), std::make_exception_ptr(inner), logic("last")});
    auto const [keys, rest] = outer.split<key_error>();
    ASSERT_TRUE(keys && rest);
    ASSERT_EQ(keys->exceptions().size(), 1U);
    try {
        std::rethrow_exception(keys->exceptions()[0]);
    } catch (rota::exception_group const& within) {
        EXPECT_EQ(within.message(), "inner");
        EXPECT_EQ(texts(within), (log{"deep"}));
    }
    EXPECT_EQ(rest->exceptions().size(), 3U);
    EXPECT_EQ(outer.subgroup<rota::exception_group>()->exceptions().size(), 1U);
}

}  // namespace
