#include <rota/combine/map_concurrent.hpp>

#include "combine/combine_kit.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <variant>

namespace {

using namespace combine_tests;

/// How many run at once.
struct gauge {
    int running = 0;
    int most = 0;
    int begun = 0;
};

rota::coro<int> twice(int const& value, gauge& at) {
    ++at.begun;
    at.most = std::max(at.most, ++at.running);
    try {
        co_await rota::sleep(std::chrono::milliseconds(10 - value % 7));
    } catch (rota::cancelled_error const&) {
        --at.running;
        throw;
    }
    --at.running;
    co_return 2 * value;
}

TEST(map_concurrent, gives_results_in_the_order_of_the_items_with_no_more_at_once_than_it_is_told) {
    run([]() -> rota::coro<> {
        std::vector<int> const items{1, 2, 3, 4, 5, 6, 7, 8};
        gauge at;
        auto const begin = now();
        auto const got = co_await rota::map_concurrent(items, 3, twice, std::ref(at));
        EXPECT_EQ(got, values(2, 4, 6, 8, 10, 12, 14, 16));
        EXPECT_EQ(at.most, 3);
        EXPECT_LT(now() - begin, 40ms);
        at = gauge();
        EXPECT_EQ((co_await rota::map_concurrent(items, 100, twice, std::ref(at))).size(), 8U);
        EXPECT_EQ(at.most, 8);
        std::vector<int> const none = co_await rota::map_concurrent(std::vector<int>(), 3, twice, std::ref(at));
        EXPECT_TRUE(none.empty());
    });
}

TEST(map_concurrent, takes_an_item_when_there_is_room_for_it) {
    run([]() -> rota::coro<> {
        int taken = 0;
        auto const take = [&](int i) {
            ++taken;
            return i;
        };
        auto const fails_at_ten = [](int value) -> rota::coro<int> {
            co_await rota::sleep(1ms);
            if (value == 10) fail("ten");
            co_return value;
        };
        auto const got = co_await rota::as_result(
            rota::map_concurrent(std::views::iota(0) | std::views::transform(take), 4, fails_at_ten));
        EXPECT_EQ(what_of(got.error()), "ten");
        EXPECT_LT(taken, 16);
    });
}

TEST(map_concurrent, takes_ranges_of_every_kind) {
    run([]() -> rota::coro<> {
        gauge at;
        std::list<int> listed{1, 2};
        EXPECT_EQ(co_await rota::map_concurrent(listed, 2, twice, std::ref(at)), values(2, 4));
        std::array<int, 2> three{3, 4};
        EXPECT_EQ(co_await rota::map_concurrent(std::span(three), 2, twice, std::ref(at)), values(6, 8));
        std::vector<bool> const bits{true, false};
        auto const negate = [](bool bit) -> rota::coro<bool> { co_return !bit; };
        EXPECT_EQ(co_await rota::map_concurrent(bits, 2, negate), (std::vector<bool>(bits.rbegin(), bits.rend())));
        auto const texts = std::array{"a", "bc"};
        auto const length = [](std::string const& text) -> rota::coro<std::size_t> {
            co_await rota::yield();
            co_return text.size();
        };
        auto const lengths = co_await rota::map_concurrent(texts, 2, length);
        EXPECT_EQ(lengths[1], 2U) << "the string that is made of it must live";
    });
}

TEST(map_concurrent, moves_items_of_a_range_that_is_given_away) {
    run([]() -> rota::coro<> {
        std::vector<std::unique_ptr<int>> items;
        for (int i = 0; i < 3; ++i) items.push_back(std::make_unique<int>(i));
        auto const pass_on = [](std::unique_ptr<int> item) -> rota::coro<std::unique_ptr<int>> {
            co_await rota::yield();
            co_return item;
        };
        auto const got = co_await rota::map_concurrent(std::move(items), 2, pass_on);
        EXPECT_EQ(*got[2], 2);
        auto const make = [](int i) { return std::make_unique<int>(i); };
        auto const made =
            co_await rota::map_concurrent(std::views::iota(0, 3) | std::views::transform(make), 2, pass_on);
        EXPECT_EQ(*made[1], 1);
    });
}

TEST(map_concurrent, takes_references_voids_tasks_and_awaitables) {
    run([]() -> rota::coro<> {
        std::vector<int> items{1, 2, 3};
        auto const self = [](int& item) -> rota::coro<int&> { co_return item; };
        auto const referred = co_await rota::map_concurrent(items, 2, self);
        EXPECT_EQ(&referred[1].get(), &items[1]);
        auto const nap = [](int item) { return rota::sleep(std::chrono::milliseconds(item)); };
        std::vector<std::monostate> const slept = co_await rota::map_concurrent(items, 2, nap);
        EXPECT_EQ(slept.size(), 3U);
        auto const as_task = [](int item) { return rota::create_task(value_after(item, 1ms)); };
        EXPECT_EQ(co_await rota::map_concurrent(items, 2, as_task), values(1, 2, 3));
    });
}

/// Gives `count` items, each after a while.
class numbers {
public:
    explicit numbers(int count, rota::clock::duration each = 1ms) : count_(count), each_(each) {}
    rota::coro<std::optional<int>> next() {
        co_await rota::sleep(each_);
        if (given_ == count_) co_return std::nullopt;
        co_return given_++;
    }
    int given() const { return given_; }

private:
    int count_;
    rota::clock::duration each_;
    int given_ = 0;
};

TEST(map_concurrent, takes_what_gives_its_items_one_by_one) {
    run([]() -> rota::coro<> {
        gauge at;
        numbers source(6);
        EXPECT_EQ(co_await rota::map_concurrent(source, 2, twice, std::ref(at)), values(0, 2, 4, 6, 8, 10));
        EXPECT_EQ(at.most, 2);
        EXPECT_EQ(co_await rota::map_concurrent(numbers(2), 2, twice, std::ref(at)), values(0, 2));
    });
}

TEST(map_concurrent, a_failure_ends_the_wait_for_the_next_item) {
    run([]() -> rota::coro<> {
        auto const begin = now();
        auto const fails = [](int) { return error_after("bad", 1ms); };
        numbers slow(5, 1s);
        auto const got = co_await rota::as_result(rota::map_concurrent(slow, 3, fails));
        EXPECT_EQ(what_of(got.error()), "bad");
        EXPECT_EQ(now() - begin, 1001ms);
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1ms);
    });
}

TEST(for_each_concurrent, begins_with_an_item_that_came_together_with_a_failure) {
    run([]() -> rota::coro<> {
        log of;
        rota::queue<int> items;
        rota::event bad;
        auto const work = [&](int item) -> rota::coro<> {
            if (item == 2) co_await sleeper(of, "two");
            co_await bad.wait();
            fail("bad");
        };
        auto const all = rota::create_task(rota::for_each_concurrent(items, 4, work));
        items.put_nowait(1);
        co_await rota::sleep(1ms);
        bad.set();
        items.put_nowait(2);
        EXPECT_EQ(what_of((co_await rota::as_result(all)).error()), "bad");
        EXPECT_EQ(of, notes("two cancelled"));
        EXPECT_TRUE(items.empty());
    });
}

TEST(for_each_concurrent, begins_with_an_item_that_came_together_with_a_cancel) {
    run([]() -> rota::coro<> {
        log of;
        rota::queue<int> items;
        auto const work = [&](int) { return sleeper(of, "it"); };
        auto const all = rota::create_task(rota::for_each_concurrent(items, 4, work));
        co_await rota::sleep(1ms);
        items.put_nowait(1);
        all.cancel();
        EXPECT_TRUE((co_await rota::as_result(all)).cancelled());
        EXPECT_EQ(of, notes("it cancelled"));
        EXPECT_TRUE(items.empty());
        co_await rota::sleep(1ms);
    });
}

/// Notes when it is closed, which takes a while, and fails if it is told to.
rota::async_generator<int> counting(log& of, bool bad = false) {
    std::exception_ptr error;
    try {
        for (int i = 0;; ++i) co_yield i;
    } catch (...) {
        error = std::current_exception();
    }
    co_await rota::sleep(1s);
    of.emplace_back("closed");
    if (bad) fail("bad closing");
    std::rethrow_exception(error);
}

TEST(map_concurrent, closes_a_generator_that_is_given_away_before_it_ends) {
    run([]() -> rota::coro<> {
        log of;
        auto const fails_at_one = [](int item) -> rota::coro<> {
            co_await rota::sleep(1ms);
            if (item == 1) fail("bad");
        };
        auto const failed = co_await rota::as_result(rota::for_each_concurrent(counting(of), 2, fails_at_one));
        EXPECT_EQ(what_of(failed.error()), "bad");
        EXPECT_EQ(of, notes("closed"));
        auto const long_one = [](int) { return rota::sleep(1h); };
        auto const mapping = rota::create_task(rota::map_concurrent(counting(of), 2, long_one));
        co_await rota::sleep(1ms);
        mapping.cancel();
        EXPECT_TRUE((co_await rota::as_result(mapping)).cancelled());
        EXPECT_EQ(of, notes("closed", "closed"));
    });
}

TEST(map_concurrent, leaves_a_named_generator_open) {
    run([]() -> rota::coro<> {
        log of;
        auto numbers = counting(of);
        auto const fails = [](int) { return error_after("bad", 1ms); };
        auto const failed = co_await rota::as_result(rota::map_concurrent(numbers, 1, fails));
        EXPECT_EQ(what_of(failed.error()), "bad");
        EXPECT_TRUE(of.empty());
        co_await numbers.aclose();
        EXPECT_EQ(of, notes("closed"));
    });
}

/// Gives nothing, and its close fails.
struct closes_badly {
    rota::coro<std::optional<int>> next() { co_return std::nullopt; }
    rota::coro<> aclose() { co_await fail_after("bad closing", 1ms); }
};

TEST(map_concurrent, throws_what_the_closing_throws_where_nothing_else_failed) {
    run([]() -> rota::coro<> {
        log of;
        auto const self = [](int item) { return value_after(item, 1ms); };
        auto const alone = co_await rota::as_result(rota::map_concurrent(closes_badly(), 2, self));
        EXPECT_EQ(what_of(alone.error()), "bad closing");
        auto const fails = [](int) { return error_after("bad", 1ms); };
        auto const second = co_await rota::as_result(rota::map_concurrent(counting(of, true), 1, fails));
        EXPECT_EQ(what_of(second.error()), "bad");
        EXPECT_EQ(of, notes("closed"));
    });
}

TEST(map_concurrent, cancels_and_awaits_the_rest_before_the_first_error_comes_out) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        auto const work = [&of](int item) -> rota::coro<> {
            if (item == 1) co_await fail_after("bad", 5ms);
            if (item == 2) co_await slow_to_stop(of, "slow", 20ms);
            co_await sleeper(of, "item " + std::to_string(item));
        };
        std::vector<int> const items{0, 1, 2, 3, 4};
        auto const got = co_await rota::as_result(rota::map_concurrent(items, 3, work));
        EXPECT_EQ(what_of(got.error()), "bad");
        EXPECT_EQ(of, notes("item 0 cancelled"));
        EXPECT_EQ(now() - begin, 25ms);
        EXPECT_EQ(rota::all_tasks().size(), 1U);
    });
}

TEST(map_concurrent, throws_what_the_function_or_the_range_throws) {
    run([]() -> rota::coro<> {
        log of;
        auto const throws_at_call = [&](int item) {
            if (item == 1) fail("call");
            return sleeper(of, "a");
        };
        std::vector<int> const items{0, 1};
        auto const got = co_await rota::as_result(rota::map_concurrent(items, 3, throws_at_call));
        EXPECT_EQ(what_of(got.error()), "call");
        auto const throws_at_item = [](int item) {
            if (item == 1) fail("item");
            return item;
        };
        auto const bad_items = items | std::views::transform(throws_at_item);
        auto const sleeps = [&](int) { return sleeper(of, "b"); };
        EXPECT_EQ(what_of((co_await rota::as_result(rota::for_each_concurrent(bad_items, 3, sleeps))).error()), "item");
        EXPECT_EQ(rota::all_tasks().size(), 1U);
        EXPECT_TRUE(of.empty()) << "cancelled before their first turn";
    });
}

TEST(map_concurrent, returns_errors_as_results_where_it_is_asked_to) {
    run([]() -> rota::coro<> {
        auto const work = [](int item) -> rota::coro<int> {
            co_await rota::sleep(1ms);
            if (item == 1) fail("bad");
            co_return item;
        };
        std::vector<int> const items{0, 1, 2};
        auto const got = co_await rota::map_concurrent(rota::return_exceptions, items, 2, work);
        EXPECT_EQ(got[0].value(), 0);
        EXPECT_EQ(what_of(got[1].error()), "bad");
        EXPECT_EQ(got[2].value(), 2);
    });
}

TEST(map_concurrent, cancelled_begins_no_more_and_awaits_what_runs) {
    run([]() -> rota::coro<> {
        for (auto const when : {1ms, 25ms}) {  // while it waits for room, and for the end of the last
            gauge at;
            std::vector<int> const items{0, 0, 0, 0, 0};
            auto const mapping = rota::create_task(rota::map_concurrent(items, 2, twice, std::ref(at)));
            co_await rota::sleep(when);
            mapping.cancel();
            EXPECT_TRUE((co_await rota::as_result(mapping)).cancelled());
            EXPECT_EQ(at.running, 0);
            EXPECT_EQ(at.begun, when == 1ms ? 2 : 5);
        }
        gauge at;
        numbers slow(5, 1s);
        auto const mapping = rota::create_task(rota::map_concurrent(slow, 2, twice, std::ref(at)));
        co_await rota::sleep(1001ms);
        mapping.cancel();
        EXPECT_TRUE((co_await rota::as_result(mapping)).cancelled());
        EXPECT_EQ(at.running, 0);
    });
}

TEST(map_concurrent, children_inherit_the_context_of_who_awaits_it) {
    static rota::context_var<int> depth;
    run([]() -> rota::coro<> {
        depth.set(7);
        auto const child = [](int) -> rota::coro<int> {
            co_await rota::yield();
            co_return depth.get();
        };
        EXPECT_EQ(co_await rota::map_concurrent(std::views::iota(0, 3), 1, child), values(7, 7, 7));
    });
}

TEST(map_concurrent, refuses_a_limit_of_nothing) {
    run([]() -> rota::coro<> {
        std::vector<int> const items{1};
        gauge at;
        EXPECT_THROW((void)co_await rota::map_concurrent(items, 0, twice, std::ref(at)), rota::usage_error);
    });
}

TEST(for_each_concurrent, keeps_nothing_of_what_has_ended) {
    run([]() -> rota::coro<> {
        int sum = 0;
        auto const add = [&](int item) -> rota::coro<> {
            co_await rota::yield();
            sum += item;
        };
        auto const frames = rota::detail::frame_pool::count().live();
        std::uint64_t most = 0;
        auto const watch = [&](int item) -> rota::coro<> {
            most = std::max(most, rota::detail::frame_pool::count().live() - frames);
            co_await add(item);
        };
        co_await rota::for_each_concurrent(std::views::iota(1, 1001), 10, watch);
        EXPECT_EQ(sum, 500500);
        EXPECT_LE(most, 40U);
    });
}

TEST(for_each_concurrent, drops_what_the_function_gives) {
    run([]() -> rota::coro<> {
        gauge at;
        std::vector<int> const items{1, 2, 3};
        co_await rota::for_each_concurrent(items, 2, twice, std::ref(at));
        EXPECT_EQ(at.begun, 3);
        co_await rota::for_each_concurrent(numbers(4), 2, twice, std::ref(at));
        EXPECT_EQ(at.begun, 7);
    });
}

TEST(for_each_concurrent, of_a_named_range_costs_a_frame_and_a_block_for_each_item_and_one_frame_for_all) {
    run([]() -> rota::coro<> {
        std::vector<int> const items(100);
        auto const noop = [](int const&) -> rota::coro<> { co_return; };
        auto const frames = rota::detail::frame_pool::count().taken;
        auto const blocks = rota::detail::slab_store::count().taken;
        co_await rota::for_each_concurrent(items, 5, noop);
        EXPECT_LE(rota::detail::frame_pool::count().taken - frames, 101U);
        EXPECT_EQ(rota::detail::slab_store::count().taken - blocks, 100U);
    });
}

}  // namespace
