#include "engine/handle_table.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace {

using rota::io_handle;
using rota::detail::handle_table;

int a_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int descriptor) { return fcntl(descriptor, F_GETFD) >= 0; }

io_handle adopt(handle_table& table, int descriptor) {
    io_handle handle;
    EXPECT_EQ(table.adopt(descriptor, handle), 0);
    return handle;
}

TEST(handle_table, a_handle_finds_its_descriptor) {
    handle_table table;
    int const descriptor = a_descriptor();
    auto const handle = adopt(table, descriptor);
    ASSERT_NE(table.find(handle), nullptr);
    EXPECT_EQ(table.find(handle)->descriptor, descriptor);
    EXPECT_EQ(table.open(), 1U);
}

TEST(handle_table, tells_what_the_close_said) {
    handle_table table;
    int const descriptor = a_descriptor();
    for (int const expected : {0, -EBADF}) {
        auto& slot = *table.find(adopt(table, descriptor));
        table.retire(slot);
        EXPECT_EQ(table.release(slot), expected);
    }
}

TEST(handle_table, what_never_was_is_not_found) {
    handle_table table;
    EXPECT_EQ(table.find({}), nullptr);
    EXPECT_EQ(table.find({0, 1}), nullptr);
    auto const handle = adopt(table, a_descriptor());
    EXPECT_EQ(table.find({handle.slot, handle.generation + 1}), nullptr);
    EXPECT_EQ(table.find({handle.slot + 1, 1}), nullptr) << "a slot nobody uses";
}

TEST(handle_table, a_retired_handle_is_stale_while_its_descriptor_is_still_open) {
    handle_table table;
    int const descriptor = a_descriptor();
    auto const handle = adopt(table, descriptor);
    auto& slot = *table.find(handle);
    table.retire(slot);
    EXPECT_EQ(table.find(handle), nullptr);
    EXPECT_EQ(table.find({slot.index, slot.generation}), nullptr) << "the next generation is not born yet";
    EXPECT_TRUE(is_open(descriptor));
    table.release(slot);
    EXPECT_FALSE(is_open(descriptor));
    EXPECT_EQ(table.open(), 0U);
}

TEST(handle_table, a_slot_is_used_again_under_another_name_and_as_good_as_new) {
    handle_table table;
    auto const first = adopt(table, a_descriptor());
    auto& slot = *table.find(first);
    slot.readable = slot.writable = slot.short_read_empties = false;
    slot.registered = true;
    table.retire(slot);
    table.release(slot);
    auto const second = adopt(table, a_descriptor());
    EXPECT_EQ(second.slot, first.slot);
    EXPECT_NE(second.generation, first.generation);
    EXPECT_EQ(table.find(first), nullptr);
    ASSERT_EQ(table.find(second), &slot);
    EXPECT_TRUE(slot.readable && slot.writable && slot.short_read_empties && !slot.registered && !slot.closing);
}

TEST(handle_table, slots_stay_where_they_are_while_it_grows) {
    handle_table table;
    auto const first = adopt(table, a_descriptor());
    auto const* const place = table.find(first);
    std::vector<io_handle> handles;
    for (int number = 0; number != 500; ++number) handles.push_back(adopt(table, dup(place->descriptor)));
    EXPECT_EQ(table.find(first), place);
    for (auto const handle : handles) EXPECT_NE(table.find(handle), nullptr);
    EXPECT_EQ(table.open(), 501U);
}

TEST(handle_table, it_closes_what_is_left_when_it_dies) {
    int const descriptor = a_descriptor();
    {
        handle_table table;
        adopt(table, descriptor);
    }
    EXPECT_FALSE(is_open(descriptor));
}

}  // namespace
