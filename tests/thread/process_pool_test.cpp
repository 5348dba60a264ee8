#include <rota/thread/process_pool.hpp>

#include "io/io_kit.hpp"

#include <rota/combine/timeout.hpp>
#include <rota/core/cancellation.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace io_kit;
using rota::coro;
using rota::process_function;

struct point {
    int x = 0;
    double y = 0;
};

int calls_here = 0;

int square(int number) { return number * number; }
point scale(point const& of, double by) { return {static_cast<int>(of.x * by), of.y * by}; }
std::string repeat(std::string const& text, unsigned times) {
    std::string all;
    for (unsigned i = 0; i < times; ++i) all += text;
    return all;
}
void count() { ++calls_here; }
int counted() { return calls_here; }
int fail(int number) { throw std::runtime_error("no " + std::to_string(number)); }
void crash() { ::raise(SIGKILL); }
void leave(int status) { ::_exit(status); }
int sleep_for_ever() {
    for (;;) ::pause();
}
int who() {
    std::this_thread::sleep_for(20ms);
    return ::getpid();
}

process_function const squaring("test.square", square);
process_function const scaling("test.scale", scale);
process_function const repeating("test.repeat", repeat);
process_function const counting("test.count", count);
process_function const being_counted("test.counted", counted);
process_function const failing("test.fail", fail);
process_function const crashing("test.crash", crash);
process_function const leaving("test.leave", leave);
process_function const sleeping("test.sleep", sleep_for_ever);
process_function const asking_who("test.who", who);

// As the first line of main, which is gtest's.
bool const not_in_a_worker = (rota::process_pool_worker(), true);

class ProcessPoolEverywhere : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ProcessPoolEverywhere, testing::ValuesIn(all_engines()), name_of);

TEST_P(ProcessPoolEverywhere, GivesWhatTheFunctionReturns) {
    run([]() -> coro<> {
        rota::process_pool pool(2);
        EXPECT_EQ(co_await pool.call(squaring, 12), 144);
        point const two{2, 0.5};
        point const scaled = co_await pool.call(scaling, two, 3);
        EXPECT_EQ(scaled.x, 6);
        EXPECT_EQ(scaled.y, 1.5);
        EXPECT_EQ(co_await pool.call(repeating, "ab", 3U), "ababab");
        EXPECT_EQ(co_await pool.call(repeating, "", 3U), "");
        std::string const long_one = co_await pool.call(repeating, pattern(100000), 20U);
        EXPECT_EQ(long_one.size(), 2000000U);
        EXPECT_EQ(long_one.substr(1900000), pattern(100000));
    });
}

TEST_P(ProcessPoolEverywhere, CarriesTheTextOfAnErrorBack) {
    run([]() -> coro<> {
        rota::process_pool pool(1);
        EXPECT_EQ(co_await what_of<rota::worker_error>(pool.call(failing, 7)), "no 7");
        EXPECT_EQ(co_await pool.call(squaring, 2), 4);
    });
}

TEST(ProcessFunction, OfAUsedNameIsMisuseAndADroppedOneGivesItsNameFree) {
    EXPECT_THROW(process_function("test.square", square), rota::usage_error);
    { process_function const once("test.once", square); }
    process_function const again("test.once", square);
    EXPECT_EQ(again.name(), "test.once");
}

class ProcessPool : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ProcessPool, testing::ValuesIn(real_engines()), name_of);

TEST_P(ProcessPool, WhatAWorkerDoesStaysThere) {
    run([]() -> coro<> {
        rota::process_pool pool(1);
        co_await pool.call(counting);
        co_await pool.call(counting);
        EXPECT_EQ(co_await pool.call(being_counted), 2);
        EXPECT_EQ(calls_here, 0);
    });
}

TEST_P(ProcessPool, HasNoMoreWorkersThanItMay) {
    run([]() -> coro<> {
        rota::process_pool pool(2);
        std::vector<rota::task<int>> asking;
        for (int i = 0; i < 8; ++i) asking.push_back(rota::create_task(pool.call(asking_who)));
        std::set<int> workers;
        for (auto const& each : asking) workers.insert(co_await each);
        EXPECT_LE(workers.size(), 2U);
        EXPECT_FALSE(workers.contains(::getpid()));
    });
}

TEST_P(ProcessPool, AWorkerThatDiesCostsItsOwnCallAnErrorAndIsReplaced) {
    run([]() -> coro<> {
        rota::process_pool pool(2);
        auto const first = rota::create_task(pool.call(crashing));
        auto const second = rota::create_task(pool.call(squaring, 3));
        auto const third = rota::create_task(pool.call(leaving, 3));
        auto const fourth = rota::create_task(pool.call(squaring, 4));
        EXPECT_EQ(co_await what_of<rota::worker_died>(first),
                  "process_pool: a worker died of signal 9 (Killed) in test.crash");
        EXPECT_EQ(co_await second, 9);
        EXPECT_EQ(co_await what_of<rota::worker_died>(third),
                  "process_pool: a worker ended with status 3 in test.leave");
        EXPECT_EQ(co_await fourth, 16);
    });
}

TEST_P(ProcessPool, CancelledKillsTheWorkerThatIsAtIt) {
    run([]() -> coro<> {
        rota::process_pool pool(1);
        EXPECT_EQ(co_await pool.call(squaring, 2), 4);
        EXPECT_NE(co_await what_of<rota::timeout_error>(rota::wait_for(pool.call(sleeping), 20ms)), "");
        EXPECT_EQ(co_await pool.call(squaring, 3), 9);
    });
}

TEST_P(ProcessPool, AWorkerThatDiedIdleCostsNobodyAnything) {
    run([]() -> coro<> {
        rota::process_pool pool(1);
        int const first = co_await pool.call(asking_who);
        ::kill(first, SIGKILL);
        ::siginfo_t info{};
        EXPECT_EQ(::waitid(P_PID, static_cast<::id_t>(first), &info, WEXITED | WNOWAIT), 0);
        EXPECT_NE(co_await pool.call(asking_who), first);
    });
}

TEST_P(ProcessPool, DroppedKillsWhatRunsAndCancelsTheRest) {
    run([]() -> coro<> {
        std::optional<rota::process_pool> pool(1);
        EXPECT_EQ(co_await pool->call(squaring, 2), 4);
        auto const running = rota::create_task(pool->call(sleeping));
        auto const queued = rota::create_task(pool->call(sleeping));
        co_await rota::sleep(20ms);
        pool.reset();
        while (!running.done() || !queued.done()) co_await rota::yield();
        EXPECT_TRUE(running.cancelled());
        EXPECT_TRUE(queued.cancelled());
    });
}

TEST_P(ProcessPool, AFunctionThatOnlyTheParentKnowsIsAnError) {
    run([]() -> coro<> {
        process_function const local("test.local", square);
        rota::process_pool pool(1);
        EXPECT_EQ(co_await what_of<rota::worker_error>(pool.call(local, 1)),
                  "a worker knows no function test.local: make it before process_pool_worker");
    });
}

}  // namespace
