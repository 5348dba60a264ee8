// A generator runs as part of whoever asks it, gives its items where they stand, and is closed whoever leaves it.
#include "core/core_kit.hpp"

#include <rota/core/async_generator.hpp>
#include <rota/core/call_stack.hpp>
#include <rota/core/context_var.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/core/with_shield.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using core_kit::run_simulated;
using core_kit::strings;
using rota::async_generator;
using rota::coro;
using namespace std::chrono_literals;

class AsyncGenerator : public core_kit::test {};

async_generator<int> count_to(int n) {
    for (int i = 0; i < n; ++i) co_yield i;
}
async_generator<int> count_slowly_to(int n) {
    for (int i = 0; i < n; ++i) {
        co_await rota::sleep(1s);
        co_yield i;
    }
}

coro<int> sum_in_a_condition(async_generator<int> of) {
    int sum = 0;
    while (auto item = co_await of.next()) sum += *item;
    co_return sum;
}

// No variable in its outermost scope, where GCC 12 miscompiles some conditions.
coro<> add_to(int& sum, async_generator<int>& of) {
    while (auto item = co_await of.next()) sum += *item;
}

TEST_F(AsyncGenerator, GivesItsItemsInOrderAndThenNothingHoweverOftenItIsAsked) {
    run_simulated([]() -> coro<> {
        auto three = count_to(3);
        std::vector<int> got;
        while (auto item = co_await three.next()) got.push_back(*item);
        EXPECT_EQ(got, (std::vector{0, 1, 2}));
        for (int i = 0; i < 3; ++i) {
            auto const none = co_await three.next();
            EXPECT_FALSE(none);
        }
        EXPECT_EQ(co_await sum_in_a_condition(count_to(10)), 45);
        EXPECT_EQ(co_await sum_in_a_condition(count_slowly_to(10)), 45);
        int sum = 0;
        auto quick = count_to(10);
        auto slow = count_slowly_to(10);
        co_await add_to(sum, quick);
        co_await add_to(sum, slow);
        EXPECT_EQ(sum, 90);
    });
}

TEST_F(AsyncGenerator, IsLazyAndRunsOnlyAsFarAsItIsAsked) {
    run_simulated([]() -> coro<> {
        strings told;
        auto const tell = [](strings& to) -> async_generator<int> {
            to.emplace_back("begun");
            co_yield 1;
            to.emplace_back("went on");
            co_yield 2;
        };
        auto gen = tell(told);
        EXPECT_TRUE(told.empty());
        auto const one = co_await gen.next();
        EXPECT_EQ(*one, 1);
        EXPECT_EQ(told, (strings{"begun"}));
        auto const two = co_await gen.next();
        EXPECT_EQ(*two, 2);
        EXPECT_EQ(told, (strings{"begun", "went on"}));
        co_await gen.aclose();
    });
}

// What was copied or moved can be told from what was not.
struct item {
    explicit item(std::string of) : text(std::move(of)) {}
    item(item const& other) : text(other.text), copies(other.copies + 1), moves(other.moves) {}
    item(item&& other) noexcept : text(std::move(other.text)), copies(other.copies), moves(other.moves + 1) {
        other.text = "moved from";
    }
    item& operator=(item const&) = delete;
    ~item() = default;
    std::string text;
    int copies = 0;
    int moves = 0;
};

async_generator<item> variables_and_temporaries() {
    item own("variable");
    co_yield own;
    EXPECT_EQ(own.text, "variable");
    item const constant("constant");
    co_yield constant;
    co_yield item("temporary");
    co_yield std::move(own);
    EXPECT_EQ(own.text, "moved from");
}

TEST_F(AsyncGenerator, RefersToItsItemsAndCopiesNothing) {
    run_simulated([]() -> coro<> {
        strings seen;
        auto gen = variables_and_temporaries();
        while (auto each = co_await gen.next()) {
            EXPECT_EQ(each->copies + (*each).moves, 0);
            seen.push_back(each->text);
            if (seen.size() == 3) break;
        }
        EXPECT_EQ(seen, (strings{"variable", "constant", "temporary"}));
        co_await gen.aclose();
    });
}

TEST_F(AsyncGenerator, GivesAwayWhatItYieldedAsATemporaryAndACopyOfItsVariables) {
    run_simulated([]() -> coro<> {
        strings seen;
        auto gen = variables_and_temporaries();
        while (auto each = co_await gen.next()) {
            item const kept = *std::move(each);
            seen.push_back(kept.text + (kept.copies == 1 ? " copied" : "") + (kept.moves == 1 ? " moved" : ""));
        }
        EXPECT_EQ(seen, (strings{"variable copied", "constant copied", "temporary moved", "variable moved"}));
    });
}

template <class T>
concept yields_variables =
    requires(T& variable, typename async_generator<T>::promise_type& promise) { promise.yield_value(variable); };

async_generator<std::unique_ptr<int>> pointers() {
    co_yield std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    co_yield std::move(second);
}
async_generator<int&> each_of(std::vector<int>& numbers) {
    for (int& number : numbers) co_yield number;
}
async_generator<std::string const&> words() {
    std::string const word = "word";
    co_yield word;
    co_yield "another";
}

TEST_F(AsyncGenerator, TakesMoveOnlyItemsAndReferences) {
    run_simulated([]() -> coro<> {
        std::vector<std::unique_ptr<int>> kept;
        auto gen = pointers();
        while (auto each = co_await gen.next()) {
            EXPECT_EQ(**each, static_cast<int>(kept.size()) + 1);
            kept.push_back(*std::move(each));
        }
        EXPECT_EQ(kept.size(), 2U);
        EXPECT_EQ(*kept.at(1), 2);

        std::vector<int> numbers{1, 2, 3};
        auto references = each_of(numbers);
        while (auto each = co_await references.next()) *each *= 10;
        EXPECT_EQ(numbers, (std::vector{10, 20, 30}));

        strings got;
        auto texts = words();
        while (auto each = co_await texts.next()) got.emplace_back(*each);
        EXPECT_EQ(got, (strings{"word", "another"}));
    });
    // A variable of a type that can not be copied is yielded by moving it.
    static_assert(yields_variables<std::string> && !yields_variables<std::unique_ptr<int>>);
}

async_generator<int> fails_after(int n) {
    for (int i = 0; i < n; ++i) co_yield i;
    co_await rota::sleep(1ms);
    throw std::runtime_error("no more");
}

TEST_F(AsyncGenerator, ItsErrorComesOutOfNextAndItIsOverThen) {
    run_simulated([]() -> coro<> {
        for (int const items : {0, 2}) {
            auto gen = fails_after(items);
            int got = 0;
            try {
                while (auto each = co_await gen.next()) ++got;
                ADD_FAILURE() << "nothing was thrown";
            } catch (std::runtime_error const& error) {
                EXPECT_STREQ(error.what(), "no more");
            }
            EXPECT_EQ(got, items);
            auto const after = co_await gen.next();
            EXPECT_FALSE(after);
            co_await gen.aclose();
        }
    });
}

template <class F>
coro<std::string> usage_error_of(F f) {
    try {
        co_await f();
    } catch (rota::usage_error const& error) {
        co_return error.what();
    }
    co_return "nothing was thrown";
}

TEST_F(AsyncGenerator, RefusesASecondNextOrACloseWhileOneIsAwaited) {
    run_simulated([]() -> coro<> {
        auto gen = count_slowly_to(2);
        auto const ask = [&]() -> coro<> { (void)co_await gen.next(); };
        auto const close = [&]() -> coro<> { co_await gen.aclose(); };
        auto const first = rota::create_task(ask());
        co_await rota::yield();
        EXPECT_EQ(co_await usage_error_of(ask),
                  "async_generator: next was called while another next or aclose of it is awaited");
        EXPECT_EQ(co_await usage_error_of(close),
                  "async_generator: aclose was called while a next or aclose of it is awaited");
        co_await first;
        co_await ask();
        async_generator<int> none;
        EXPECT_FALSE(none);
        none = std::move(gen);
        EXPECT_EQ(co_await usage_error_of(ask), "async_generator: it is empty, or was moved from");
        EXPECT_TRUE(none);
        auto const end = co_await none.next();
        EXPECT_FALSE(end);
    });
}

async_generator<int> asks_itself(async_generator<int>*& self) {
    co_yield 1;
    (void)co_await self->next();
}

TEST_F(AsyncGenerator, CanNotAskItself) {
    run_simulated([]() -> coro<> {
        async_generator<int>* self = nullptr;
        auto gen = asks_itself(self);
        self = &gen;
        auto const ask = [&]() -> coro<> { (void)co_await gen.next(); };
        co_await ask();
        EXPECT_EQ(co_await usage_error_of(ask),
                  "async_generator: next was called while another next or aclose of it is awaited");
    });
}

async_generator<int> doubled(async_generator<int> of) {
    while (auto each = co_await of.next()) co_yield 2 * *each;
}

TEST_F(AsyncGenerator, MayDrawFromAnother) {
    run_simulated([]() -> coro<> {
        EXPECT_EQ(co_await sum_in_a_condition(doubled(doubled(count_slowly_to(5)))), 40);
        EXPECT_EQ(co_await sum_in_a_condition(doubled(doubled(count_to(5)))), 40);
    });
}

async_generator<int> sleeps_and_tells(std::string& told) {
    try {
        co_yield 1;
        co_await rota::sleep(1h);
        co_yield 2;
    } catch (rota::cancelled_error const&) {
        told = "cancelled in its sleep";
        throw;
    }
}

TEST_F(AsyncGenerator, ACancelReachesWhatItsBodyWaitsForAndEndsIt) {
    run_simulated([]() -> coro<> {
        std::string told;
        auto gen = sleeps_and_tells(told);
        auto const ask = [&]() -> coro<> {
            while (auto each = co_await gen.next()) EXPECT_EQ(*each, 1);
        };
        auto const asking = rota::create_task(ask());
        co_await rota::yield();
        co_await rota::yield();
        asking.cancel();
        EXPECT_THROW(co_await asking, rota::cancelled_error);
        EXPECT_EQ(told, "cancelled in its sleep");
        auto const end = co_await gen.next();
        EXPECT_FALSE(end);
    });
}

coro<std::size_t> lines_deep_inside() {
    co_await rota::yield();
    co_return rota::current_stack().size();
}
async_generator<std::size_t> stack_depths() {
    co_yield rota::current_stack().size();
    co_await rota::yield();
    co_yield rota::current_stack().size();
    co_yield co_await lines_deep_inside();
}

TEST_F(AsyncGenerator, IsPartOfTheStackOfWhoAsksItWhileItRunsAndOnlyThen) {
    run_simulated([]() -> coro<> {
        std::size_t const here = rota::current_stack().size();
        std::vector<std::size_t> depths;
        auto gen = stack_depths();
        while (auto depth = co_await gen.next()) {
            depths.push_back(*depth);
            EXPECT_EQ(rota::current_stack().size(), here);
        }
        EXPECT_EQ(depths, (std::vector{here + 1, here + 1, here + 2}));

        auto slow = count_slowly_to(1);
        auto const ask = [&]() -> coro<> { (void)co_await slow.next(); };
        auto const asking = rota::create_task(ask());
        co_await rota::yield();
        auto const stack = rota::call_stack(asking);
        EXPECT_EQ(stack.size(), 2U);
        std::string const text = rota::to_string(stack);
        EXPECT_NE(text.find("async_generator_test.cpp:"), std::string::npos) << text;
        co_await asking;
    });
}

rota::context_var<std::string> user("nobody");

async_generator<std::string> user_names() {
    for (;;) {
        co_yield user.get();
        user.set("as the generator has it");
    }
}

TEST_F(AsyncGenerator, SeesTheContextOfWhoAsksItAndChangesThat) {
    run_simulated([]() -> coro<> {
        auto gen = user_names();
        auto const ask = [&](char const* as) -> coro<std::string> {
            if (as != nullptr) user.set(as);
            auto name = co_await gen.next();
            co_return *std::move(name);
        };
        EXPECT_EQ(co_await rota::create_task(ask("first")), "first");
        EXPECT_EQ(user.get(), "nobody");
        EXPECT_EQ(co_await rota::create_task(ask("second")), "as the generator has it");
        EXPECT_EQ(user.get(), "nobody");
        EXPECT_EQ(co_await ask(nullptr), "as the generator has it");
        EXPECT_EQ(user.get(), "as the generator has it");
        co_await gen.aclose();
    });
}

TEST_F(AsyncGenerator, SeveralTasksMayAskInTurn) {
    run_simulated([]() -> coro<> {
        auto gen = count_slowly_to(4);
        auto const ask = [&]() -> coro<int> {
            auto const each = co_await gen.next();
            co_return *each;
        };
        for (int i = 0; i < 4; ++i) EXPECT_EQ(co_await rota::create_task(ask()), i);
        EXPECT_EQ(rota::running_loop().time().time_since_epoch() % 1s, 0s);
    });
}

}  // namespace
