#include <rota/core/context.hpp>

#include "core/core_kit.hpp"

#include <rota/core/context_var.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace {

using core_kit::run_simulated;
using rota::coro;

class Context : public core_kit::test {};

TEST_F(Context, ACopyIsWhatWasSeenWhenItWasMade) {
    run_simulated([]() -> coro<> {
        rota::context_var<int> number(0);
        number.set(1);
        rota::context copy = rota::copy_context();
        number.set(2);
        EXPECT_EQ(copy.run([&] { return number.get(); }), 1);
        EXPECT_EQ(number.get(), 2);
        co_return;
    });
}

TEST_F(Context, KeepsWhatIsSetInIt) {
    run_simulated([]() -> coro<> {
        rota::context_var<int> number(0);
        rota::context own;
        rota::context before = own;
        own.run([&](int value) { number.set(value); }, 3);
        EXPECT_EQ(number.get(), 0);
        EXPECT_EQ(own.run([&] { return number.get(); }), 3);
        EXPECT_EQ(before.run([&] { return number.get(); }), 0);
        EXPECT_THROW(own.run([&] {
            number.set(4);
            throw std::runtime_error("after");
        }),
                     std::runtime_error);
        EXPECT_EQ(own.run([&] { return number.get(); }), 4);
        EXPECT_EQ(number.get(), 0);
        co_return;
    });
}

TEST_F(Context, MayBeEnteredInItself) {
    run_simulated([]() -> coro<> {
        rota::context_var<int> number(0);
        rota::context own;
        own.run([&] {
            number.set(1);
            own.run([&] { EXPECT_EQ(number.get(), 0); });
        });
        EXPECT_EQ(own.run([&] { return number.get(); }), 1);
        co_return;
    });
}

TEST_F(Context, HoldsTheValuesAsLongAsItLives) {
    auto const held = std::make_shared<int>(1);
    rota::context_var<std::shared_ptr<int>> pointer;
    rota::context moved;
    run_simulated([&]() -> coro<> {
        pointer.set(held);
        rota::context own = rota::copy_context();
        moved = std::move(own);
        co_return;
    });
    EXPECT_EQ(held.use_count(), 2);
    moved = {};
    EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
