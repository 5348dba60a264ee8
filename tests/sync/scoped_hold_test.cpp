#include <rota/sync/scoped_hold.hpp>

#include "simulate.hpp"

#include <rota/core/loop.hpp>
#include <rota/sync/lock.hpp>
#include <rota/sync/semaphore.hpp>

#include <memory>
#include <optional>
#include <type_traits>

namespace {

using rota::coro;
using rota::lock;
using hold = rota::scoped_hold<lock>;

static_assert(!std::is_copy_constructible_v<hold> && std::is_nothrow_move_constructible_v<hold>);
static_assert(!std::is_copy_assignable_v<hold> && std::is_nothrow_move_assignable_v<hold>);

TEST(ScopedHold, ReleasesAtTheEndOfItsScope) {
    auto main = []() -> coro<> {
        lock l;
        {
            auto held = co_await l.scoped_acquire();
            EXPECT_TRUE(held);
            EXPECT_TRUE(l.locked());
        }
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
}

TEST(ScopedHold, ReleasesWhenAnErrorPasses) {
    auto main = []() -> coro<> {
        lock l;
        try {
            auto held = co_await l.scoped_acquire();
            co_await rota::yield();
            throw std::runtime_error("inside");
        } catch (std::runtime_error const&) {}
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
}

TEST(ScopedHold, MovesWithWhatItHolds) {
    auto main = []() -> coro<> {
        lock l;
        std::optional<hold> kept;
        {
            auto held = co_await l.scoped_acquire();
            kept.emplace(std::move(held));
            EXPECT_FALSE(held);
        }
        EXPECT_TRUE(*kept);
        EXPECT_TRUE(l.locked());
        kept.reset();
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
}

TEST(ScopedHold, AssignedReleasesWhatItHeldBefore) {
    auto main = []() -> coro<> {
        lock first;
        lock second;
        auto held = co_await first.scoped_acquire();
        held = co_await second.scoped_acquire();
        EXPECT_FALSE(first.locked());
        EXPECT_TRUE(second.locked());
    };
    simulate(main);
}

TEST(ScopedHold, ReleasedEarlyHoldsNothing) {
    auto main = []() -> coro<> {
        lock l;
        auto held = co_await l.scoped_acquire();
        held.release();
        EXPECT_FALSE(l.locked());
        EXPECT_FALSE(held);
        EXPECT_THROW(held.release(), rota::usage_error);
    };
    simulate(main);
}

TEST(ScopedHold, TakesOverWhatWasAcquiredByHand) {
    auto main = []() -> coro<> {
        lock l;
        co_await l.acquire();
        { hold const held(l); }
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
}

TEST(ScopedHold, OfSomethingDestroyedHoldsNothing) {
    auto main = []() -> coro<> {
        auto l = std::make_unique<lock>();
        auto held = co_await l->scoped_acquire();
        auto moved = std::move(held);
        l.reset();
        EXPECT_FALSE(moved);
    };
    simulate(main);
}

TEST(ScopedHold, WhoseLockWasReleasedByHandTellsTheExceptionHandler) {
    names told;
    auto main = [&]() -> coro<> {
        rota::running_loop().set_exception_handler(
            [&](rota::loop&, rota::exception_context const& context) { told.push_back(context.message); });
        lock l;
        {
            auto held = co_await l.scoped_acquire();
            l.release();
        }
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
    EXPECT_EQ(told,
              names{"lock.acquire: a guard found it released already; release by the guard or by hand, not both"});
}

TEST(ScopedHold, HoldsOnePermitEach) {
    auto main = []() -> coro<> {
        rota::bounded_semaphore s(2);
        {
            auto first = co_await s.scoped_acquire();
            auto second = co_await s.scoped_acquire();
            EXPECT_TRUE(s.locked());
            first.release();
            EXPECT_FALSE(s.locked());
        }
        EXPECT_THROW(s.release(), rota::usage_error);
    };
    simulate(main);
}

}  // namespace
