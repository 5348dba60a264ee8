#include "simulated_kit.hpp"

#include <cerrno>
#include <set>
#include <thread>

namespace {

using namespace simulated_kit;
using rota::wait_outcome;

/// A short life of a network: eight connections, each with bytes both ways, a few cancels. What happened and when.
std::string trace_of(std::uint64_t seed) {
    world w(seed);
    std::string trace;
    auto const note = [&](char const* what, std::int64_t value) {
        trace += std::to_string(w->now().time_since_epoch().count()) + " " + what + " " + std::to_string(value) + "\n";
    };
    rota::io_handle const listener = w.listener();
    std::string const text(5'000, 'x');
    for (int round = 0; round < 8; ++round) {
        auto const [client, server] = w.connect(listener);
        std::string into(text.size(), '?');
        std::size_t received = 0;
        std::string_view rest = text;
        while (received < text.size()) {
            receiving receive(server, into.data(), into.size());
            w.start(receive);
            if (round % 2 == 0 && !rest.empty()) w->cancel(receive);
            if (!rest.empty()) {
                std::int32_t const sent = w.send(client, rest);
                note("sent", sent);
                rest.remove_prefix(static_cast<std::size_t>(sent));
            }
            std::int32_t const result = w.finish(receive);
            note("received", result);
            if (result > 0) received += static_cast<std::size_t>(result);
        }
        note("closed", w.close(client));
        note("closed", w.close(server));
    }
    note("random", static_cast<std::int64_t>(w->random()));
    return trace;
}

TEST(simulated, the_clock_starts_past_zero_and_stands_still_by_itself) {
    world w(0);
    auto const start = w->now();
    EXPECT_GT(start, rota::clock::time_point{});
    std::this_thread::yield();
    EXPECT_EQ(w->now(), start);
}

TEST(simulated, a_wait_jumps_to_its_deadline) {
    world w(0);
    auto const start = w->now();
    EXPECT_EQ(w->wait(start + 100h), wait_outcome::deadline);
    EXPECT_EQ(w->now(), start + 100h);
}

TEST(simulated, a_wait_with_a_past_deadline_leaves_the_clock_alone) {
    world w(0);
    auto const start = w->now();
    EXPECT_EQ(w->wait(start - 1s), wait_outcome::deadline);
    EXPECT_EQ(w->wait(start), wait_outcome::deadline);
    EXPECT_EQ(w->now(), start);
}

TEST(simulated, an_event_before_the_deadline_comes_at_its_own_time) {
    // With a seed, blocking work takes some time up to 10 ms.
    world w(3);
    auto const start = w->now();
    blocking work([](rota::blocking_operation&) noexcept {});
    w.start(work);
    EXPECT_EQ(w->wait(start + 1h), wait_outcome::events);
    EXPECT_TRUE(work.done);
    EXPECT_GT(w->now(), start);
    EXPECT_LE(w->now(), start + 10ms);
}

TEST(simulated, a_deadline_before_the_event_comes_first) {
    world w(3);
    auto const start = w->now();
    blocking work([](rota::blocking_operation&) noexcept {});
    w.start(work);
    EXPECT_EQ(w->wait(start + 1ns), wait_outcome::deadline);
    EXPECT_EQ(w->now(), start + 1ns);
    EXPECT_FALSE(work.done);
    EXPECT_EQ(w.finish(work), 0);
}

TEST(simulated, waiting_for_ever_for_nothing_is_stuck) {
    world w(0);
    EXPECT_EQ(w->wait(rota::clock::never()), wait_outcome::stuck);
}

TEST(simulated, waiting_for_ever_for_what_nobody_will_do_is_stuck_and_a_cancel_gets_out) {
    for (std::uint64_t const seed : {0u, 1u, 2u}) {
        world w(seed);
        accepting accept(w.listener());
        w.start(accept);
        EXPECT_EQ(w->wait(rota::clock::never()), wait_outcome::stuck);
        EXPECT_FALSE(accept.done);
        EXPECT_EQ(w->pending(), 1u);
        w->cancel(accept);
        EXPECT_FALSE(accept.done) << "cancel never completes an operation itself";
        EXPECT_EQ(w.finish(accept), -ECANCELED);
        EXPECT_EQ(w->pending(), 0u);
    }
}

TEST(simulated, wake_ends_one_wait_without_moving_the_clock) {
    world w(0);
    auto const start = w->now();
    w->wake();
    EXPECT_TRUE(w->peek());
    EXPECT_EQ(w->wait(rota::clock::never()), wait_outcome::events);
    EXPECT_EQ(w->now(), start);
    EXPECT_FALSE(w->peek());
    EXPECT_EQ(w->wait(rota::clock::never()), wait_outcome::stuck);
}

TEST(simulated, wake_works_from_another_thread) {
    world w(0);
    std::thread([&] { w->wake(); }).join();
    EXPECT_EQ(w->wait(rota::clock::never()), wait_outcome::events);
}

TEST(simulated, peek_tells_whether_something_is_due) {
    world w(0);
    EXPECT_FALSE(w->peek());
    blocking work([](rota::blocking_operation&) noexcept {});
    w.start(work);
    EXPECT_TRUE(w->peek());
    EXPECT_EQ(w.finish(work), 0);
    EXPECT_FALSE(w->peek());
}

TEST(simulated, without_a_seed_completions_come_in_the_order_of_submission_at_no_time) {
    world w(0);
    auto const start = w->now();
    std::vector<int> order;
    auto const [client, server] = w.connect(w.listener());
    char room[4];
    blocking first([](rota::blocking_operation&) noexcept {});
    sending second(client, "abcd", 4u);
    blocking third([](rota::blocking_operation&) noexcept {});
    receiving fourth(server, room, sizeof room);
    int name = 0;
    auto const follow = [&](auto& op) {
        op.name = ++name;
        op.order = &order;
        w.start(op);
    };
    follow(first), follow(second), follow(third), follow(fourth);
    EXPECT_TRUE(order.empty()) << "nothing finishes in submit";
    EXPECT_EQ(w->wait(start), wait_outcome::events);
    EXPECT_EQ(order, (std::vector{1, 2, 3, 4}));
    EXPECT_EQ(w->now(), start);
    EXPECT_EQ(fourth.result(), 4);
}

TEST(simulated, a_seed_shuffles_what_happens_at_the_same_time) {
    std::set<std::vector<int>> orders;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        world w(seed);
        std::vector<int> order;
        std::vector<std::unique_ptr<accepting>> stale;
        rota::io_handle const listener = w.listener();
        for (int name = 0; name < 5; ++name) {
            stale.push_back(std::make_unique<accepting>(listener));
            stale.back()->name = name;
            stale.back()->order = &order;
            w.start(*stale.back());
        }
        w.settle();
        for (auto const& accept : stale) w->cancel(*accept);
        w.settle();
        EXPECT_EQ(order.size(), 5u);
        orders.insert(order);
    }
    EXPECT_GT(orders.size(), 5u);
}

TEST(simulated, the_same_seed_gives_the_same_run) {
    for (std::uint64_t const seed : {0ull, 1ull, 2ull, 0xffff'ffff'ffff'ffffull})
        EXPECT_EQ(trace_of(seed), trace_of(seed));
}

TEST(simulated, different_seeds_give_different_runs) {
    std::set<std::string> traces;
    for (std::uint64_t seed = 0; seed < 20; ++seed) traces.insert(trace_of(seed));
    EXPECT_EQ(traces.size(), 20u);
}

TEST(simulated, some_seeded_operations_finish_at_once_and_plain_ones_never) {
    auto const at_once = [](std::uint64_t seed) {
        world w(seed);
        auto const [client, server] = w.connect(w.listener());
        int count = 0;
        for (int i = 0; i < 50; ++i) {
            sending op(client, "x", 1u);
            w.start(op);
            if (op.done) ++count;
            EXPECT_EQ(w.finish(op), 1);
        }
        return count;
    };
    EXPECT_EQ(at_once(0), 0);
    EXPECT_GT(at_once(1), 0);
    EXPECT_LT(at_once(1), 50);
}

TEST(simulated, random_comes_from_the_seed_alone) {
    world a(7);
    world b(7);
    world other(8);
    // What the network draws does not shift what the program gets.
    auto const [client, server] = b.connect(b.listener());
    EXPECT_GT(b.send(client, "some bytes"), 0);
    for (int i = 0; i < 10; ++i) {
        std::uint64_t const drawn = a->random();
        EXPECT_EQ(drawn, b->random());
        EXPECT_NE(drawn, other->random());
    }
}

struct counted_work : blocking {
    explicit counted_work(world& in)
        : blocking([](rota::blocking_operation& op) noexcept {
              auto& self = static_cast<counted_work&>(op);
              ++self.runs;
              self.inside->engine().cancel(self);
          }),
          inside(&in) {}
    world* inside;
    int runs = 0;
};

TEST(simulated, blocking_work_runs_inside_wait_and_a_cancel_from_then_on_comes_too_late) {
    for (std::uint64_t const seed : {0u, 1u, 2u}) {
        world w(seed);
        counted_work work(w);
        w.start(work);
        EXPECT_EQ(work.runs, 0);
        EXPECT_EQ(w.finish(work), 0);
        EXPECT_EQ(work.runs, 1);
    }
}

TEST(simulated, blocking_work_cancelled_before_its_time_never_runs) {
    for (std::uint64_t const seed : {0u, 1u, 2u}) {
        world w(seed);
        counted_work work(w);
        w.start(work);
        w->cancel(work);
        w->cancel(work);
        EXPECT_EQ(w.finish(work), -ECANCELED);
        EXPECT_EQ(work.runs, 0);
    }
}

TEST(simulated, an_operation_can_be_submitted_again_from_its_own_completion) {
    struct again : rota::blocking_operation {
        explicit again(rota::engine& in)
            : blocking_operation([](rota::blocking_operation&) noexcept {},
                                 [](rota::operation& op) noexcept {
                                     auto& self = static_cast<again&>(op);
                                     if (++self.count < 3) self.on->submit(self);
                                 }),
              on(&in) {}
        rota::engine* on;
        int count = 0;
    };
    world w(0);
    again op(w.engine());
    w->submit(op);
    EXPECT_EQ(w->wait(w->now()), wait_outcome::events);
    EXPECT_EQ(op.count, 1) << "what comes up inside a wait is for the next";
    w.settle();
    EXPECT_EQ(op.count, 3);
    EXPECT_EQ(w->pending(), 0u);
}

TEST(simulated, a_thousand_blocking_operations_cancelled_in_the_middle_all_end) {
    for (std::uint64_t const seed : {0u, 9u}) {
        world w(seed);
        std::vector<std::unique_ptr<counted_work>> all;
        for (int i = 0; i < 1'000; ++i) w.start(*all.emplace_back(std::make_unique<counted_work>(w)));
        for (std::size_t i = 0; i < all.size(); i += 3) w->cancel(*all[i]);
        w.settle();
        EXPECT_EQ(w->pending(), 0u);
        for (std::size_t i = 0; i < all.size(); ++i) {
            ASSERT_TRUE(all[i]->done);
            ASSERT_EQ(all[i]->runs, i % 3 == 0 ? 0 : 1);
        }
    }
}

}  // namespace
