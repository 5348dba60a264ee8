#include <rota/io/errors.hpp>

#include <gtest/gtest.h>

#include <system_error>

namespace {

TEST(IncompleteReadError, TellsHowMuchOfHowMuchCame) {
    rota::incomplete_read_error const error("127.0.0.1:80", "DEF\n", 100);
    EXPECT_STREQ(error.what(), "receive from 127.0.0.1:80: the stream ended after 4 of 100 bytes");
    EXPECT_EQ(error.partial(), "DEF\n");
    EXPECT_EQ(error.expected(), 100U);
}

TEST(IncompleteReadError, OfASeparatorExpectsNoNumber) {
    rota::incomplete_read_error const error("127.0.0.1:80", "abc", std::nullopt);
    EXPECT_STREQ(error.what(), "receive from 127.0.0.1:80: the stream ended after 3 bytes, before the separator");
    EXPECT_EQ(error.expected(), std::nullopt);
}

TEST(LimitOverrunError, KeepsTheCount) {
    rota::limit_overrun_error const error("too long", 7);
    EXPECT_STREQ(error.what(), "too long");
    EXPECT_EQ(error.consumed(), 7U);
}

TEST(BrokenWriteError, IsABrokenPipeThatTellsHowFarTheWriteGot) {
    rota::broken_write_error const error("[::1]:80", 3, 10);
    EXPECT_EQ(error.sent(), 3U);
    EXPECT_EQ(error.size(), 10U);
    EXPECT_TRUE(error.code() == std::errc::broken_pipe);
    EXPECT_STREQ(error.what(),
                 "send to [::1]:80 after a write that was cancelled half-way (3 of 10 bytes went; close the stream): "
                 "Broken pipe");
}

}  // namespace
