#include "engine_fixture.hpp"

#include <cerrno>

namespace {

using namespace engine_fixture;

class contract_cancel : public engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_cancel, testing::ValuesIn(all_engines()), name_of);

class contract_kernel_cancel : public real_engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_kernel_cancel, testing::ValuesIn(real_engines()), name_of);

TEST_P(contract_cancel, a_cancel_never_completes_anything_itself) {
    auto const made = connect();
    char byte = 0;
    receiving receive(made.server, &byte, std::size_t{1});
    EXPECT_TRUE(start(receive));
    engine().cancel(receive);
    EXPECT_FALSE(receive.done);
    EXPECT_EQ(engine().pending(), 1U);
    EXPECT_EQ(finish(receive), -ECANCELED);
    close(made.client);
    close(made.server);
}

TEST_P(contract_cancel, a_waiting_receive_ends_and_the_next_one_gets_the_data) {
    auto const made = connect();
    char byte = 0;
    receiving first(made.server, &byte, std::size_t{1});
    EXPECT_TRUE(start(first));
    poll();
    engine().cancel(first);
    EXPECT_EQ(finish(first), -ECANCELED);
    send(made.client, "x");
    EXPECT_EQ(receive(made.server, 1), "x");
    close(made.client);
    close(made.server);
}

TEST_P(contract_cancel, asking_twice_is_asking_once) {
    auto const made = connect();
    char byte = 0;
    receiving receive(made.server, &byte, std::size_t{1});
    EXPECT_TRUE(start(receive));
    poll();
    engine().cancel(receive);
    engine().cancel(receive);
    EXPECT_EQ(finish(receive), -ECANCELED);
    engine().cancel(receive);
    poll();
    EXPECT_EQ(engine().pending(), 0U);
    close(made.client);
    close(made.server);
}

// Whichever side wins: what was received has arrived, and what was not is there for the next one. The steps between are
// where the kernel may have the data, or its answer may be in the ring already.
TEST_P(contract_cancel, data_that_race_with_a_cancel_are_never_lost) {
    auto const made = connect();
    std::string expected;
    std::string got;
    int won = 0;
    for (int round = 0; round != 400; ++round) {
        std::array<char, 8> buffer{};
        receiving receive(made.server, buffer.data(), std::size_t{1});
        bool const told_first = (round & 1) != 0;
        bool const data_first = (round & 2) != 0;
        char const letter = static_cast<char>('a' + round % 26);
        std::string const text(1, letter);
        expected += letter;
        if (data_first) send(made.client, text);
        bool const pending = start(receive);
        if (told_first && !receive.done) poll();
        if (!data_first) send(made.client, text);
        if (pending && !receive.done) engine().cancel(receive);
        if (finish(receive) == 1) {
            got += buffer[0];
            ++won;
        } else {
            ASSERT_EQ(receive.result(), -ECANCELED);
            EXPECT_EQ(buffer[0], '\0') << "cancelled, and yet it took a byte";
            got += this->receive(made.server, 1);
        }
    }
    EXPECT_EQ(got, expected);
    EXPECT_GT(won, 0);
    close(made.client);
    close(made.server);
}

TEST_P(contract_cancel, a_cancel_after_the_end_touches_nobody_else) {
    auto const made = connect();
    char byte = 0;
    send(made.client, "x");
    receiving first(made.server, &byte, std::size_t{1});
    EXPECT_EQ(run(first), 1);
    receiving second(made.server, &byte, std::size_t{1});
    EXPECT_TRUE(start(second));
    engine().cancel(first);
    poll();
    EXPECT_FALSE(second.done);
    send(made.client, "y");
    EXPECT_EQ(finish(second), 1);
    EXPECT_EQ(byte, 'y');
    close(made.client);
    close(made.server);
}

// The memory of an operation that was cancelled is used at once for the next: the late cancel must not hit that one.
TEST_P(contract_cancel, a_new_operation_at_the_same_address_is_not_hit_by_an_old_cancel) {
    auto const made = connect();
    char byte = 0;
    for (int round = 0; round != 50; ++round) {
        auto op = std::make_unique<receiving>(made.server, &byte, std::size_t{1});
        auto& place = *op;
        ASSERT_TRUE(start(place));
        if (round % 2 != 0) poll();
        send(made.client, "x");
        engine().cancel(place);
        bool const lost = finish(place) < 0;
        place.~receiving();
        new (&place) receiving(made.server, &byte, std::size_t{1});
        if (!lost) send(made.client, "y");
        EXPECT_EQ(run(place), 1);
    }
    close(made.client);
    close(made.server);
}

TEST_P(contract_cancel, one_of_several_in_a_queue_leaves_it_alone) {
    auto const made = connect();
    std::array<char, 3> bytes{};
    receiving first(made.server, &bytes[0], std::size_t{1});
    receiving second(made.server, &bytes[1], std::size_t{1});
    receiving third(made.server, &bytes[2], std::size_t{1});
    for (auto* op : {&first, &second, &third}) EXPECT_TRUE(start(*op));
    poll();
    engine().cancel(second);
    EXPECT_EQ(finish(second), -ECANCELED);
    send(made.client, "ab");
    EXPECT_EQ(finish(first), 1);
    EXPECT_EQ(finish(third), 1);
    EXPECT_EQ(bytes[0], 'a');
    EXPECT_EQ(bytes[2], 'b');
    close(made.client);
    close(made.server);
}

TEST_P(contract_cancel, the_first_of_several_in_a_queue_lets_the_next_go_on) {
    auto const made = connect();
    for (bool const told : {false, true}) {
        std::array<char, 2> bytes{};
        receiving first(made.server, &bytes[0], std::size_t{1});
        receiving second(made.server, &bytes[1], std::size_t{1});
        EXPECT_TRUE(start(first));
        EXPECT_TRUE(start(second));
        if (told) poll();
        engine().cancel(first);
        EXPECT_EQ(finish(first), -ECANCELED);
        send(made.client, "x");
        EXPECT_EQ(finish(second), 1);
        EXPECT_EQ(bytes[1], 'x');
    }
    close(made.client);
    close(made.server);
}

TEST_P(contract_cancel, a_connection_that_raced_with_the_cancel_of_its_accept_is_never_lost) {
    auto const on = listener();
    for (int round = 0; round != 20; ++round) {
        accepting first(on);
        EXPECT_TRUE(start(first));
        if ((round & 1) != 0) poll();
        connecting connect(socket(), address(on));
        start(connect);
        if ((round & 2) != 0 && !connect.done) engine().wait({});
        if (!first.done) engine().cancel(first);
        EXPECT_EQ(finish(connect), 0);
        auto accepted = first.accepted;
        if (finish(first) < 0) {
            ASSERT_EQ(first.result(), -ECANCELED);
            accepting second(on);
            EXPECT_EQ(run(second), 0);
            accepted = second.accepted;
        } else {
            accepted = first.accepted;
        }
        send(connect.handle(), "x");
        EXPECT_EQ(receive(accepted, 1), "x");
        close(connect.handle());
        close(accepted);
    }
    close(on);
}

TEST_P(contract_cancel, a_connect_ends_either_way_and_its_handle_can_be_closed) {
    auto const on = listener();
    for (bool const told : {false, true}) {
        connecting connect(socket(), address(on));
        if (start(connect)) {
            if (told) poll();
            if (!connect.done) engine().cancel(connect);
        }
        auto const result = finish(connect);
        EXPECT_TRUE(result == 0 || result == -ECANCELED) << result;
        EXPECT_EQ(close(connect.handle()), 0);
    }
    close(on);
}

TEST_P(contract_kernel_cancel, a_connect_that_nobody_answers_is_cancelled) {
    // A full backlog drops what asks to connect, which then tries again for minutes.
    auto const on = listener(0);
    std::vector<std::unique_ptr<connecting>> connects;
    for (int number = 0; number != 4; ++number) {
        connects.push_back(std::make_unique<connecting>(socket(), address(on)));
        start(*connects.back());
        engine().wait(engine().now() + 10ms);
    }
    auto& last = *connects.back();
    ASSERT_FALSE(last.done);
    engine().cancel(last);
    EXPECT_EQ(finish(last), -ECANCELED);
    for (auto& op : connects) {
        if (!op->done) engine().cancel(*op);
        finish(*op);
        close(op->handle());
    }
    close(on);
}

TEST_P(contract_cancel, a_send_that_waits_is_cancelled_and_what_went_before_arrives) {
    auto const made = connect();
    std::string const block(1'000'000, 'x');
    std::vector<std::unique_ptr<sending>> sends;
    do {
        sends.push_back(std::make_unique<sending>(made.client, block.data(), block.size()));
        start(*sends.back());
        for (int tries = 0; tries != 10 && !sends.back()->done; ++tries) engine().wait(engine().now() + 1ms);
    } while (sends.back()->done);
    auto& waits = *sends.back();
    engine().cancel(waits);
    EXPECT_EQ(finish(waits), -ECANCELED);
    std::size_t sent = 0;
    for (auto const& op : sends)
        if (op->result() > 0) sent += static_cast<std::size_t>(op->result());
    shutting shut(made.client, side::send);
    run(shut);
    EXPECT_EQ(receive(made.server, sent + 1).size(), sent);
    close(made.client);
    close(made.server);
}

TEST_P(contract_cancel, cancelling_from_a_completion_works) {
    auto const one = connect();
    auto const two = connect();
    char byte = 0;
    receiving wins(one.server, &byte, std::size_t{1});
    receiving loses(two.server, &byte, std::size_t{1});
    wins.then = [&] { engine().cancel(loses); };
    EXPECT_TRUE(start(wins));
    EXPECT_TRUE(start(loses));
    poll();
    send(one.client, "x");
    EXPECT_EQ(finish(wins), 1);
    EXPECT_EQ(finish(loses), -ECANCELED);
    for (auto const handle : {one.client, one.server, two.client, two.server}) close(handle);
}

}  // namespace
