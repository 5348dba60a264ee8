#include <rota/thread/to_thread.hpp>

#include "io/io_kit.hpp"
#include "thread/gate.hpp"

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/context_var.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace io_kit;
using rota::coro;
using thread_kit::gate;

class ToThread : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ToThread, testing::ValuesIn(all_engines()), name_of);

TEST_P(ToThread, GivesWhatTheFunctionReturns) {
    run([]() -> coro<> {
        auto add = [](int a, int b) { return a + b; };
        EXPECT_EQ(co_await rota::to_thread(add, 40, 2), 42);
        auto make = [] { return std::make_unique<int>(7); };
        auto const owned = co_await rota::to_thread(make);
        EXPECT_EQ(*owned, 7);
        int shared = 1;
        auto refer = [](int& to) -> int& { return to; };
        int& same = co_await rota::to_thread(refer, std::ref(shared));
        EXPECT_EQ(&same, &shared);
        auto nothing = [] {};
        co_await rota::to_thread(nothing);
        EXPECT_EQ(co_await rota::to_thread(rota::abandon_on_cancel, add, 1, 2), 3);
        co_await rota::to_thread(rota::abandon_on_cancel, nothing);
    });
}

int lengthen(std::string& text) {
    text += "!";
    return 1;
}
int lengthen_unless_stopped(std::stop_token const&, std::string& text) { return lengthen(text); }
template <class... Args>
concept runs = requires(Args&&... args) { rota::to_thread(std::forward<Args>(args)...); };
static_assert(runs<decltype(&lengthen), std::reference_wrapper<std::string>> &&
              !runs<decltype(&lengthen), std::string&>);
static_assert(!runs<rota::abandon_on_cancel_t, decltype(&lengthen), std::string&>);
static_assert(!runs<decltype(&lengthen_unless_stopped), std::string&>);
static_assert(rota::detail::wants_references_in_thread<decltype(&lengthen), std::string&>);
static_assert(rota::detail::wants_references_in_thread<decltype(&lengthen_unless_stopped), std::string&>);
static_assert(!rota::detail::wants_references_in_thread<decltype(&lengthen), int&>);
static_assert(rota::detail::left_unawaited<coro<>> && !rota::detail::left_unawaited<void>);
static_assert(!rota::detail::left_unawaited<std::unique_ptr<int>> && !rota::detail::left_unawaited<coro<>&>);

TEST_P(ToThread, SharesWhatStdRefIsAround) {
    run([]() -> coro<> {
        std::string text = "text";
        co_await rota::to_thread(lengthen, std::ref(text));
        co_await rota::to_thread(lengthen_unless_stopped, std::ref(text));
        EXPECT_EQ(text, "text!!");
    });
}

TEST_P(ToThread, CarriesErrorsBack) {
    run([]() -> coro<> {
        auto fail = [] { throw std::runtime_error("broken"); };
        EXPECT_EQ(co_await what_of<std::runtime_error>(rota::to_thread(fail)), "broken");
        EXPECT_EQ(co_await what_of<std::runtime_error>(rota::to_thread(rota::abandon_on_cancel, fail)), "broken");
    });
}

TEST_P(ToThread, MayUseTheCallersVariables) {
    run([]() -> coro<> {
        std::string text = "before";
        auto change = [&] { text = "after"; };
        co_await rota::to_thread(change);
        EXPECT_EQ(text, "after");
    });
}

rota::context_var<std::string> user{"nobody"};

TEST_P(ToThread, SeesTheContextOfItsCallerAndKeepsWhatItSets) {
    run([]() -> coro<> {
        auto ask = [] {
            auto const seen = user.get();
            user.set("changed");
            return seen;
        };
        EXPECT_EQ(co_await rota::to_thread(ask), "nobody");
        EXPECT_EQ(user.get(), "nobody");
        user.set("root");
        EXPECT_EQ(co_await rota::to_thread(ask), "root");
        EXPECT_EQ(co_await rota::to_thread(rota::abandon_on_cancel, ask), "root");
        EXPECT_EQ(user.get(), "root");
    });
}

TEST_P(ToThread, ManyAtOnceAllEnd) {
    run([]() -> coro<> {
        std::atomic<int> sum{0};
        auto work = [&](int number) -> coro<> {
            auto add = [&sum, number] { sum += number; };
            co_await rota::to_thread(add);
        };
        std::vector<rota::task<>> working;
        for (int i = 1; i <= 200; ++i) working.push_back(rota::create_task(work(i)));
        for (auto const& each : working) co_await each;
        EXPECT_EQ(sum, 20100);
    });
}

TEST_P(ToThread, CancelledAtItsEntryDoesNotRun) {
    run([]() -> coro<> {
        bool ran = false;
        auto note = [&] { ran = true; };
        auto work = [&]() -> coro<> {
            rota::current_task().cancel();
            co_await rota::to_thread(note);
        };
        auto const working = rota::create_task(work());
        while (!working.done()) co_await rota::yield();
        EXPECT_TRUE(working.cancelled());
        EXPECT_FALSE(ran);
    });
}

class ToThreadReal : public engine_test {
protected:
    template <class F>
    auto run_with_one_thread(F&& main) {
        rota::engine_options options(GetParam().kind);
        options.blocking_threads = 1;
        return rota::run(rota::runner_options(options), std::forward<F>(main));
    }
};
INSTANTIATE_TEST_SUITE_P(OnEvery, ToThreadReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(ToThreadReal, RunsElsewhereAndTheLoopGoesOn) {
    run([]() -> coro<> {
        gate held;
        auto const here = std::this_thread::get_id();
        auto work = [&]() -> coro<bool> {
            auto wait = [&] {
                held.wait();
                return std::this_thread::get_id() != here;
            };
            co_return co_await rota::to_thread(wait);
        };
        auto const working = rota::create_task(work());
        for (int turns = 0; turns < 1000; ++turns) co_await rota::yield();
        EXPECT_FALSE(working.done());
        held.open();
        EXPECT_TRUE(co_await working);
    });
}

TEST_P(ToThreadReal, CancelledWhileItRunsIsAwaitedAndItsResultDelivered) {
    run([]() -> coro<> {
        gate held;
        auto work = [&]() -> coro<int> {
            int on_my_frame = 0;
            auto wait = [&] {
                held.wait();
                return on_my_frame = 7;
            };
            co_return co_await rota::to_thread(wait);
        };
        auto const working = rota::create_task(work());
        co_await rota::yield();
        held.wait_for_somebody();
        working.cancel();
        for (int turns = 0; turns < 100; ++turns) co_await rota::yield();
        EXPECT_FALSE(working.done());
        held.open();
        EXPECT_EQ(co_await working, 7);
    });
}

TEST_P(ToThread, GivesAFunctionThatTakesItAStopToken) {
    run([]() -> coro<> {
        auto const work = [](std::stop_token const& stop, int a, std::unique_ptr<int> b) {
            EXPECT_TRUE(stop.stop_possible());
            return stop.stop_requested() ? 0 : a + *b;
        };
        EXPECT_EQ(co_await rota::to_thread(work, 40, std::make_unique<int>(2)), 42);
    });
}

TEST_P(ToThreadReal, CancelledTellsTheFunctionByItsStopToken) {
    run([]() -> coro<> {
        gate begun;
        int got = 0;
        auto work = [&]() -> coro<> {
            auto search = [&](std::stop_token const& stop) {
                begun.wait();
                while (!stop.stop_requested()) std::this_thread::yield();
                return 7;
            };
            got = co_await rota::to_thread(search);
            co_await rota::yield();
        };
        auto const working = rota::create_task(work());
        co_await rota::yield();
        begun.wait_for_somebody();
        begun.open();
        working.cancel();
        while (!working.done()) co_await rota::sleep(1ms);
        EXPECT_TRUE(working.cancelled());
        EXPECT_EQ(got, 7);
    });
}

TEST_P(ToThreadReal, CancelledWhileItIsQueuedIsWithdrawn) {
    run_with_one_thread([]() -> coro<> {
        gate held;
        bool ran = false;
        auto wait = [&] { held.wait(); };
        auto note = [&] { ran = true; };
        auto block = [&]() -> coro<> { co_await rota::to_thread(wait); };
        auto second = [&]() -> coro<> { co_await rota::to_thread(note); };
        auto const blocking = rota::create_task(block());
        co_await rota::yield();
        held.wait_for_somebody();
        auto const queued = rota::create_task(second());
        co_await rota::yield();
        queued.cancel();
        while (!queued.done()) co_await rota::sleep(100us);
        EXPECT_TRUE(queued.cancelled());
        held.open();
        co_await blocking;
        EXPECT_FALSE(ran);
    });
}

TEST_P(ToThreadReal, ACancelTakenBackLetsTheQueuedWorkRun) {
    run_with_one_thread([]() -> coro<> {
        gate held;
        auto wait = [&] { held.wait(); };
        auto number = [] { return 7; };
        auto block = [&]() -> coro<> { co_await rota::to_thread(wait); };
        auto second = [&]() -> coro<int> { co_return co_await rota::to_thread(number); };
        auto const blocking = rota::create_task(block());
        co_await rota::yield();
        held.wait_for_somebody();
        auto const queued = rota::create_task(second());
        co_await rota::yield();
        queued.cancel();
        queued.uncancel();
        held.open();
        EXPECT_EQ(co_await queued, 7);
        co_await blocking;
    });
}

TEST_P(ToThreadReal, AbandonedItLeavesAtOnceAndItsCopiesLiveOn) {
    auto const held = std::make_shared<gate>();
    auto const ended = std::make_shared<std::atomic<bool>>(false);
    run([&]() -> coro<> {
        auto work = [&]() -> coro<> {
            auto wait = [held, ended, text = std::string(1000, 'x')] {
                held->wait();
                *ended = text == std::string(1000, 'x');
            };
            co_await rota::to_thread(rota::abandon_on_cancel, wait);
        };
        auto const working = rota::create_task(work());
        co_await rota::yield();
        held->wait_for_somebody();
        working.cancel();
        while (!working.done()) co_await rota::yield();
        EXPECT_TRUE(working.cancelled());
        EXPECT_FALSE(*ended);
        held->open();
        // The end of run waits for it.
    });
    EXPECT_TRUE(*ended);
}

}  // namespace
