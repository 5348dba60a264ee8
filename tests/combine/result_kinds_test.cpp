// What can only be moved, what is referred to and what is nothing comes through every combinator.
#include "combine/combine_kit.hpp"

#include <memory>
#include <type_traits>

namespace {

using namespace combine_tests;
using unique = std::unique_ptr<int>;

rota::coro<unique> make(int value) {
    co_await rota::yield();
    co_return std::make_unique<int>(value);
}
rota::coro<int&> refer(int& to) {
    co_await rota::yield();
    co_return to;
}
rota::coro<> nothing() { co_await rota::yield(); }

template <class C>
std::vector<C> one(C c) {
    std::vector<C> range;
    range.push_back(std::move(c));
    return range;
}

TEST(result_kinds, of_tasks) {
    run([]() -> rota::coro<> {
        int there = 0;
        auto const moved = co_await rota::create_task(make(1));
        EXPECT_EQ(*moved, 1);
        auto const kept = rota::create_task(make, 2);
        auto const& seen = co_await kept;
        EXPECT_EQ(*seen, 2);
        EXPECT_EQ(&kept.result(), &seen);
        auto const referring = rota::create_task(refer(there));
        EXPECT_EQ(&co_await referring, &there);
        EXPECT_EQ(&referring.result(), &there);
        auto const by_function = rota::create_task(refer, std::ref(there));
        static_assert(std::is_same_v<decltype(by_function), rota::task<int&> const>);
        EXPECT_EQ(&co_await by_function, &there);
        co_await rota::create_task(nothing);
    });
    int there = 0;
    auto const main = [&]() -> rota::coro<int&> { return refer(there); };
    EXPECT_EQ(&rota::run(rota::runner_options(rota::engine_kind::simulated), main), &there);
    EXPECT_EQ(*combine_tests::run(make, 3), 3);
}

TEST(result_kinds, of_gather_and_what_awaits_a_range) {
    run([]() -> rota::coro<> {
        int there = 0;
        auto got = co_await rota::gather(make(1), refer(there), nothing(), rota::create_task(make(2)),
                                         rota::create_task(refer(there)));
        EXPECT_EQ(*std::get<0>(got) + *std::get<3>(got), 3);
        EXPECT_EQ(&std::get<1>(got).get(), &there);
        EXPECT_EQ(&std::get<4>(got).get(), &there);
        auto const results = co_await rota::gather(rota::return_exceptions, make(1), refer(there), nothing());
        EXPECT_EQ(*std::get<0>(results).value(), 1);
        EXPECT_EQ(&std::get<1>(results).value(), &there);
        EXPECT_TRUE(std::get<2>(results));
        auto const vector = co_await rota::gather(one(make(4)));
        EXPECT_EQ(*vector[0], 4);
        auto const referred = co_await rota::gather(rota::return_exceptions, one(refer(there)));
        EXPECT_EQ(&referred[0].value(), &there);
        auto const tasks = co_await rota::gather(one(rota::create_task(make(5))));
        EXPECT_EQ(*tasks[0], 5);

        auto const made = one(rota::create_task(make(6)));
        for (auto& next : rota::as_completed(made)) {
            auto const& value = co_await next;
            EXPECT_EQ(*value, 6);
        }
        auto const referring = one(rota::create_task(refer(there)));
        for (auto& next : rota::as_completed(referring)) EXPECT_EQ(&co_await next, &there);
        auto const take = [](rota::completions<rota::task<unique>>& finished) -> rota::coro<unique> {
            auto const task = co_await finished.next();
            co_return std::make_unique<int>(*task.result());
        };
        auto const taken = co_await rota::with_as_completed(one(make(7)), take);
        EXPECT_EQ(*taken, 7);
        auto const waited = co_await rota::wait(made);
        EXPECT_EQ(*waited.done[0].result(), 6);
    });
}

TEST(result_kinds, of_what_wraps_one_awaitable) {
    run([]() -> rota::coro<> {
        int there = 0;
        unique got = co_await rota::wait_for(make(1), 1s);
        EXPECT_EQ(*got, 1);
        got = co_await rota::with_timeout(1s, make, 2);
        EXPECT_EQ(*got, 2);
        got = co_await rota::shield(make(3));
        EXPECT_EQ(*got, 3);
        got = co_await rota::with_shield(make(4));
        EXPECT_EQ(*got, 4);
        got = co_await rota::with_cleanup(make(5), nothing);
        EXPECT_EQ(*got, 5);
        got = (co_await rota::as_result(make(6))).value();
        EXPECT_EQ(*got, 6);
        got = co_await rota::wait_for(rota::create_task(make(7)), 1s);
        EXPECT_EQ(*got, 7);

        EXPECT_EQ(&co_await rota::wait_for(refer(there), 1s), &there);
        EXPECT_EQ(&co_await rota::with_timeout(1s, refer, std::ref(there)), &there);
        EXPECT_EQ(&co_await rota::shield(refer(there)), &there);
        EXPECT_EQ(&co_await rota::with_shield(refer(there)), &there);
        EXPECT_EQ(&co_await rota::with_cleanup(refer(there), nothing), &there);
        EXPECT_EQ(&(co_await rota::as_result(refer(there))).value(), &there);

        co_await rota::wait_for(nothing(), 1s);
        co_await rota::with_timeout(1s, nothing);
        co_await rota::shield(nothing());
        co_await rota::with_shield(nothing);
        co_await rota::with_cleanup(nothing(), nothing);
        EXPECT_TRUE((co_await rota::as_result(nothing())).has_value());
    });
}

TEST(result_kinds, of_task_groups_and_futures) {
    run([]() -> rota::coro<> {
        int there = 0;
        auto const body = [&](rota::task_group& group) -> rota::coro<unique> {
            auto const made = group.create_task(make(1));
            auto const referring = group.create_task(refer, std::ref(there));
            group.create_task(nothing);
            EXPECT_EQ(&co_await referring, &there);
            auto const& value = co_await made;
            co_return std::make_unique<int>(*value);
        };
        auto const got = co_await rota::with_task_group(body);
        EXPECT_EQ(*got, 1);
        auto const refers = [&](rota::task_group&) -> rota::coro<int&> { return refer(there); };
        EXPECT_EQ(&co_await rota::with_task_group(refers), &there);

        auto const future = rota::create_future<unique>();
        future.set_result(std::make_unique<int>(2));
        auto const& seen = co_await future;
        EXPECT_EQ(*seen, 2);
        auto const referring = rota::create_future<int&>();
        referring.set_result(there);
        EXPECT_EQ(&co_await referring, &there);
        EXPECT_EQ(&referring.result(), &there);
    });
}

}  // namespace
