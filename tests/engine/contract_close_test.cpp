#include "engine_fixture.hpp"

#include <cerrno>
#include <set>

namespace {

using namespace engine_fixture;

class contract_close : public engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_close, testing::ValuesIn(all_engines()), name_of);

class contract_kernel_close : public real_engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_kernel_close, testing::ValuesIn(real_engines()), name_of);

TEST_P(contract_close, everything_on_a_closed_handle_is_a_bad_descriptor_at_once) {
    auto const made = connect();
    EXPECT_EQ(close(made.client), 0);
    char byte = 0;
    receiving receive(made.client, &byte, std::size_t{1});
    sending send(made.client, &byte, std::size_t{1});
    accepting accept(made.client);
    connecting connect(made.client, rota::socket_address::from_literal("127.0.0.1", 1));
    shutting shut(made.client, side::both);
    closing again(made.client);
    auto const refused = [&](auto& op) { return engine().submit(op) && op.result() == -EBADF; };
    EXPECT_TRUE(refused(receive));
    EXPECT_TRUE(refused(send));
    EXPECT_TRUE(refused(accept));
    EXPECT_TRUE(refused(connect));
    EXPECT_TRUE(refused(shut));
    EXPECT_TRUE(refused(again));
    rota::socket_address address;
    EXPECT_EQ(engine().bind(made.client, address), -EBADF);
    EXPECT_EQ(engine().listen(made.client, 1), -EBADF);
    EXPECT_EQ(engine().local_address(made.client, address), -EBADF);
    EXPECT_EQ(engine().peer_address(made.client, address), -EBADF);
    EXPECT_EQ(engine().set_option(made.client, rota::socket_option::no_delay, 1), -EBADF);
    engine().close(made.client);
    EXPECT_EQ(engine().pending(), 0U);
    close(made.server);
}

TEST_P(contract_close, a_handle_that_never_was_is_a_bad_descriptor) {
    char byte = 0;
    receiving empty(rota::io_handle{}, &byte, std::size_t{1});
    EXPECT_EQ(run(empty), -EBADF);
    receiving made_up(rota::io_handle{123'456, 7}, &byte, std::size_t{1});
    EXPECT_EQ(run(made_up), -EBADF);
}

TEST_P(contract_close, what_is_pending_is_cancelled_and_the_close_comes_last) {
    auto const made = connect();
    std::string const block(30'000'000, 'x');
    std::array<char, 2> bytes{};
    receiving first(made.client, &bytes[0], std::size_t{1});
    receiving second(made.client, &bytes[1], std::size_t{1});
    sending fills(made.client, block.data(), block.size());
    EXPECT_TRUE(start(first));
    EXPECT_TRUE(start(second));
    while (!start(fills) || (engine().wait(engine().now() + 20ms), fills.done)) {}
    closing close(made.client);
    EXPECT_TRUE(start(close));
    EXPECT_EQ(engine().pending(), 4U);
    EXPECT_EQ(finish(close), 0);
    EXPECT_EQ(first.result(), -ECANCELED);
    EXPECT_EQ(second.result(), -ECANCELED);
    EXPECT_EQ(fills.result(), -ECANCELED);
    for (auto* op : {&first, &second}) EXPECT_LT(op->place, close.place);
    EXPECT_LT(fills.place, close.place);
    this->close(made.server);
}

TEST_P(contract_close, what_was_started_in_the_same_turn_is_cancelled_as_well) {
    auto const made = connect();
    char byte = 0;
    receiving receive(made.client, &byte, std::size_t{1});
    closing close(made.client);
    EXPECT_TRUE(start(receive));
    start(close);
    EXPECT_EQ(finish(close), 0);
    EXPECT_TRUE(receive.done);
    EXPECT_EQ(receive.result(), -ECANCELED);
    this->close(made.server);
}

TEST_P(contract_close, the_handle_is_stale_while_the_close_is_still_under_way) {
    auto const made = connect();
    char byte = 0;
    receiving pending(made.client, &byte, std::size_t{1});
    EXPECT_TRUE(start(pending));
    poll();
    closing close(made.client);
    EXPECT_TRUE(start(close));
    receiving late(made.client, &byte, std::size_t{1});
    EXPECT_TRUE(engine().submit(late));
    EXPECT_EQ(late.result(), -EBADF);
    finish(close);
    EXPECT_EQ(pending.result(), -ECANCELED);
    this->close(made.server);
}

TEST_P(contract_close, the_peer_of_a_connection_closed_under_a_receive_sees_the_end) {
    auto const made = connect();
    char byte = 0;
    receiving pending(made.client, &byte, std::size_t{1});
    EXPECT_TRUE(start(pending));
    poll();
    engine().close(made.client);
    EXPECT_EQ(receive(made.server, 1), "");
    EXPECT_EQ(finish(pending), -ECANCELED);
    close(made.server);
}

TEST_P(contract_close, a_listener_closes_under_its_accepts) {
    auto const on = listener();
    accepting one(on);
    accepting two(on);
    EXPECT_TRUE(start(one));
    EXPECT_TRUE(start(two));
    poll();
    EXPECT_EQ(close(on), 0);
    EXPECT_EQ(one.result(), -ECANCELED);
    EXPECT_EQ(two.result(), -ECANCELED);
}

TEST_P(contract_close, a_handle_can_be_closed_from_the_completion_of_its_own_operation) {
    auto const made = connect();
    std::array<char, 2> bytes{};
    receiving first(made.server, &bytes[0], std::size_t{1});
    receiving second(made.server, &bytes[1], std::size_t{1});
    closing close(made.server);
    first.then = [&] { start(close); };
    EXPECT_TRUE(start(first));
    EXPECT_TRUE(start(second));
    poll();
    send(made.client, "x");
    EXPECT_EQ(finish(first), 1);
    EXPECT_EQ(finish(close), 0);
    EXPECT_EQ(second.result(), -ECANCELED);
    this->close(made.client);
}

TEST_P(contract_close, an_old_handle_never_reaches_who_uses_the_slot_and_the_descriptor_now) {
    auto const on = listener();
    std::set<std::uint32_t> slots;
    bool reused = false;
    for (int round = 0; round != 8; ++round) {
        auto const old = connect(on);
        close(old.client);
        close(old.server);
        reused |= !slots.insert(old.client.slot).second;
        auto const made = connect(on);
        reused |= !slots.insert(made.client.slot).second;
        for (auto const stale : {old.client, old.server}) {
            EXPECT_FALSE(stale == made.client || stale == made.server);
            char byte = 'z';
            sending send(stale, &byte, std::size_t{1});
            EXPECT_EQ(run(send), -EBADF);
            EXPECT_EQ(close(stale), -EBADF);
        }
        send(made.client, "x");
        EXPECT_EQ(receive(made.server, 1), "x");
        close(made.client);
        close(made.server);
    }
    EXPECT_TRUE(reused) << "no slot was used again: the test shows nothing";
    close(on);
}

// The descriptor's number goes to the next connection while operations of the old one have just been cancelled.
TEST_P(contract_kernel_close, a_reused_descriptor_gets_nothing_of_the_old_ones_operations) {
    auto const on = listener();
    for (int round = 0; round != 50; ++round) {
        auto const old = connect(on);
        char stolen = '\0';
        receiving pending(old.server, &stolen, std::size_t{1});
        EXPECT_TRUE(start(pending));
        if (round % 2 != 0) poll();
        engine().close(old.server);
        finish(pending);
        engine().close(old.client);
        auto const made = connect(on);
        send(made.client, "x");
        EXPECT_EQ(receive(made.server, 1), "x");
        EXPECT_EQ(pending.result(), -ECANCELED);
        EXPECT_EQ(stolen, '\0');
        close(made.client);
        close(made.server);
    }
    close(on);
}

}  // namespace
