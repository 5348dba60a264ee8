#include "io/read_buffer.hpp"

#include "io/io_kit.hpp"

#include <cstring>
#include <string>
#include <string_view>

namespace {

using io_kit::pattern;
using rota::detail::read_buffer;
using rota::detail::receive_blocks;

class ReadBuffer : public testing::Test {
protected:
    ~ReadBuffer() override { EXPECT_EQ(lent(), 0U) << "a block was not given back"; }
    std::size_t lent() const { return receive_blocks::lent() - before_; }

    static void receive(read_buffer& into, std::string_view bytes) {
        while (!bytes.empty()) {
            auto const room = into.room(receive_blocks::smallest);
            ASSERT_GE(room.size(), receive_blocks::smallest / 2);
            auto const piece = bytes.substr(0, room.size());
            std::memcpy(room.data(), piece.data(), piece.size());
            into.commit(piece.size());
            bytes.remove_prefix(piece.size());
        }
    }

private:
    std::size_t before_ = receive_blocks::lent();
};

TEST_F(ReadBuffer, ABorrowedBlockGoesBackWithItsLastByte) {
    void* const block = receive_blocks::take(receive_blocks::smallest);
    std::memcpy(block, "abc", 3);
    read_buffer buffer;
    buffer.adopt(block, receive_blocks::smallest, 3);
    EXPECT_EQ(buffer.take(2), "ab");
    EXPECT_EQ(lent(), receive_blocks::smallest);
    EXPECT_EQ(buffer.take(1), "c");
    EXPECT_EQ(lent(), 0U);
}

TEST_F(ReadBuffer, WhatWasConsumedCanBeLookedAtUntilItRests) {
    read_buffer buffer;
    receive(buffer, "abc");
    auto const seen = buffer.view();
    buffer.consume(3);
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(seen, "abc");
    buffer.rest();
    EXPECT_EQ(lent(), 0U);
}

TEST_F(ReadBuffer, GrowsFromOneBlockToALargerOneAndBeyondWhatIsLent) {
    read_buffer buffer;
    auto const bytes = pattern(5 * receive_blocks::largest);
    for (std::size_t place = 0; place != bytes.size(); place += receive_blocks::largest / 16) {
        receive(buffer, std::string_view(bytes).substr(place, receive_blocks::largest / 16));
        ASSERT_EQ(buffer.view(), std::string_view(bytes).substr(0, place + receive_blocks::largest / 16));
    }
    EXPECT_EQ(lent(), 0U) << "what is larger than any block is its own";
    EXPECT_EQ(buffer.take(bytes.size()), bytes);
    receive(buffer, "again");
    EXPECT_EQ(lent(), receive_blocks::smallest);
    EXPECT_EQ(buffer.take(5), "again");
}

TEST_F(ReadBuffer, OfALargeOneWhatIsLeftStays) {
    read_buffer buffer;
    auto const bytes = pattern(3 * receive_blocks::largest);
    receive(buffer, bytes);
    EXPECT_EQ(buffer.take(bytes.size() - 10), bytes.substr(0, bytes.size() - 10));
    EXPECT_EQ(buffer.view(), bytes.substr(bytes.size() - 10));
    receive(buffer, "more");
    EXPECT_EQ(buffer.take(14), bytes.substr(bytes.size() - 10) + "more");
}

TEST_F(ReadBuffer, WhatIsTakenFromTheFrontMakesRoomAtTheEnd) {
    read_buffer buffer;
    receive(buffer, pattern(receive_blocks::smallest));
    EXPECT_EQ(buffer.take(receive_blocks::smallest - 6).size(), receive_blocks::smallest - 6);
    receive(buffer, "0123456789");
    EXPECT_EQ(buffer.view(), pattern(receive_blocks::smallest).substr(receive_blocks::smallest - 6) + "0123456789");
    EXPECT_EQ(lent(), receive_blocks::smallest);
    buffer.take(16);
}

TEST_F(ReadBuffer, OneThatGoesWithBytesInItGivesItsBlockBack) {
    read_buffer buffer;
    receive(buffer, "nobody reads this");
    EXPECT_EQ(lent(), receive_blocks::smallest);
}

}  // namespace
