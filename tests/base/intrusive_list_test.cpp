#include <rota/base/intrusive_list.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace {

struct item : rota::detail::list_node {
    explicit item(int value) : number(value) {}
    int number;
};

using list = rota::detail::intrusive_list<item>;

std::vector<int> numbers(list const& items) {
    std::vector<int> found;
    for (item const* at = items.front(); at != nullptr; at = items.after(*at)) found.push_back(at->number);
    return found;
}

TEST(IntrusiveList, IsEmptyAtFirst) {
    list items;
    EXPECT_TRUE(items.empty());
    EXPECT_EQ(items.front(), nullptr);
    EXPECT_EQ(items.pop_front(), nullptr);
}

TEST(IntrusiveList, GivesItemsInTheOrderTheyCame) {
    item one(1);
    item two(2);
    item three(3);
    list items;
    items.push_back(one);
    items.push_back(two);
    items.push_back(three);
    EXPECT_EQ(numbers(items), (std::vector{1, 2, 3}));
    EXPECT_EQ(items.pop_front(), &one);
    EXPECT_EQ(items.pop_front(), &two);
    EXPECT_EQ(items.pop_front(), &three);
    EXPECT_TRUE(items.empty());
}

TEST(IntrusiveList, PushFrontGoesBeforeEverything) {
    item one(1);
    item two(2);
    list items;
    items.push_front(two);
    items.push_front(one);
    EXPECT_EQ(numbers(items), (std::vector{1, 2}));
}

TEST(IntrusiveList, AnItemLeavesFromTheMiddleAndCanComeAgain) {
    item one(1);
    item two(2);
    item three(3);
    list items;
    items.push_back(one);
    items.push_back(two);
    items.push_back(three);
    two.unlink();
    EXPECT_FALSE(two.linked());
    EXPECT_EQ(numbers(items), (std::vector{1, 3}));
    items.push_back(two);
    EXPECT_TRUE(two.linked());
    EXPECT_EQ(numbers(items), (std::vector{1, 3, 2}));
}

TEST(IntrusiveList, APoppedItemIsInNoList) {
    item one(1);
    list items;
    items.push_back(one);
    EXPECT_TRUE(one.linked());
    items.pop_front();
    EXPECT_FALSE(one.linked());
}

TEST(IntrusiveList, SpliceTakesAllInOrderAndLeavesTheOtherEmpty) {
    item one(1);
    item two(2);
    item three(3);
    item four(4);
    list items;
    list others;
    items.push_back(one);
    items.push_back(two);
    others.push_back(three);
    others.push_back(four);
    items.splice_back(others);
    EXPECT_TRUE(others.empty());
    EXPECT_EQ(numbers(items), (std::vector{1, 2, 3, 4}));
    four.unlink();
    EXPECT_EQ(numbers(items), (std::vector{1, 2, 3}));
}

TEST(IntrusiveList, SpliceOfAnEmptyListChangesNothing) {
    item one(1);
    list items;
    list others;
    items.push_back(one);
    items.splice_back(others);
    EXPECT_EQ(numbers(items), (std::vector{1}));
}

TEST(IntrusiveList, SpliceIntoAnEmptyListTakesAll) {
    item one(1);
    list items;
    list others;
    others.push_back(one);
    items.splice_back(others);
    EXPECT_EQ(numbers(items), (std::vector{1}));
    EXPECT_TRUE(others.empty());
}

}  // namespace
