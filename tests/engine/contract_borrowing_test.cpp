// Receives that borrow their buffer.
#include "engine_fixture.hpp"

#include "base/receive_blocks.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace engine_fixture;
using rota::detail::receive_blocks;

class contract_borrowing : public engine_test {
protected:
    std::size_t lent() const { return receive_blocks::lent() - before_; }

    /// What came, and the buffer goes back.
    static std::string take(receiving& op) {
        void* const block = op.take_borrowed();
        if (block == nullptr) return {};
        std::string got(static_cast<char const*>(block), static_cast<std::size_t>(op.result()));
        receive_blocks::give_back(block, op.length());
        return got;
    }

private:
    std::size_t before_ = receive_blocks::lent();
};
INSTANTIATE_TEST_SUITE_P(engines, contract_borrowing, testing::ValuesIn(all_engines()), name_of);

TEST_P(contract_borrowing, what_comes_is_in_a_buffer_that_the_owner_gives_back) {
    auto const [client, server] = connect();
    receiving op(server, receive_blocks::smallest);
    start(op);
    send(client, "question");
    EXPECT_EQ(finish(op), 8);
    EXPECT_EQ(lent(), receive_blocks::smallest);
    EXPECT_EQ(take(op), "question");
    EXPECT_EQ(lent(), 0U);
    close(client);
    close(server);
}

TEST_P(contract_borrowing, one_that_waits_for_readiness_has_no_buffer) {
    if (GetParam().kind == rota::engine_kind::uring) GTEST_SKIP() << "the kernel needs it from the beginning";
    auto const [client, server] = connect();
    receiving op(server, receive_blocks::largest);
    start(op);
    poll();
    EXPECT_FALSE(op.done);
    EXPECT_EQ(lent(), 0U);
    send(client, "x");
    EXPECT_EQ(finish(op), 1);
    EXPECT_EQ(take(op), "x");
    close(client);
    close(server);
}

TEST_P(contract_borrowing, the_end_and_a_cancel_leave_nothing_behind_once_it_is_given_back) {
    auto const [client, server] = connect();
    receiving cancelled(server, receive_blocks::smallest);
    start(cancelled);
    poll();
    engine().cancel(cancelled);
    EXPECT_EQ(finish(cancelled), -ECANCELED);
    cancelled.give_back();
    close(client);
    receiving last(server, receive_blocks::smallest);
    start(last);
    EXPECT_EQ(finish(last), 0);
    last.give_back();
    EXPECT_EQ(lent(), 0U);
    close(server);
}

}  // namespace
