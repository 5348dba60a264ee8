#include <rota/base/error.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace {

TEST(SystemError, NamesOperationObjectAndReason) {
    rota::system_error const error(ECONNREFUSED, "connect", "127.0.0.1:81");
    EXPECT_STREQ(error.what(), "connect 127.0.0.1:81: Connection refused");
    EXPECT_EQ(error.operation(), "connect");
    EXPECT_EQ(error.object(), "127.0.0.1:81");
}

TEST(SystemError, WithoutAnObjectNamesTheOperation) {
    rota::system_error const error(ENOMEM, "io_uring_setup");
    EXPECT_STREQ(error.what(), "io_uring_setup: Cannot allocate memory");
    EXPECT_EQ(error.object(), "");
}

TEST(SystemError, ComparesWithErrc) {
    rota::system_error const error(ECONNREFUSED, "connect");
    EXPECT_TRUE(error.code() == std::errc::connection_refused);
    EXPECT_FALSE(error.code() == std::errc::timed_out);
}

TEST(SystemError, IsCaughtAsTheStandardOne) {
    try {
        rota::detail::throw_system_error(EPIPE, "send", "[::1]:80");
        FAIL() << "nothing was thrown";
    } catch (std::system_error const& error) {
        EXPECT_TRUE(error.code() == std::errc::broken_pipe);
        EXPECT_STREQ(error.what(), "send [::1]:80: Broken pipe");
    }
}

TEST(UsageError, IsALogicErrorWithItsText) {
    try {
        rota::detail::throw_usage_error("run: a loop runs in this thread already");
        FAIL() << "nothing was thrown";
    } catch (std::logic_error const& error) {
        EXPECT_STREQ(error.what(), "run: a loop runs in this thread already");
    }
}

}  // namespace
