#include "engine_fixture.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <latch>
#include <set>
#include <thread>

namespace {

using namespace engine_fixture;
using rota::wait_outcome;

class contract_waiting : public engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_waiting, testing::ValuesIn(all_engines()), name_of);

class contract_kernel_waiting : public real_engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_kernel_waiting, testing::ValuesIn(real_engines()), name_of);

/// Only a ring tells through memory.
class contract_ring : public real_engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_ring, testing::ValuesIn(rings()), name_of);

TEST_P(contract_waiting, a_past_deadline_comes_back_at_once) {
    EXPECT_EQ(engine().wait({}), wait_outcome::deadline);
    EXPECT_EQ(engine().wait(rota::clock::time_point::min()), wait_outcome::deadline);
    EXPECT_EQ(engine().wait(engine().now()), wait_outcome::deadline);
}

TEST_P(contract_waiting, a_deadline_is_never_early) {
    for (auto const delay : {1ns, 999ns, 50'000ns, 333'333ns, 1'000'000ns, 2'500'001ns}) {
        auto const deadline = engine().now() + delay;
        EXPECT_EQ(engine().wait(deadline), wait_outcome::deadline);
        EXPECT_GE(engine().now(), deadline);
    }
}

TEST_P(contract_waiting, time_never_goes_back) {
    auto last = engine().now();
    for (int look = 0; look != 1000; ++look) {
        auto const now = engine().now();
        ASSERT_GE(now, last);
        last = now;
        if (look % 100 == 0) engine().wait(now + 1us);
    }
}

TEST_P(contract_waiting, a_wake_before_the_wait_ends_it) {
    engine().wake();
    EXPECT_TRUE(engine().peek());
    EXPECT_EQ(engine().wait(rota::clock::never()), wait_outcome::events);
    EXPECT_FALSE(engine().peek());
    EXPECT_EQ(engine().wait({}), wait_outcome::deadline);
}

TEST_P(contract_waiting, many_wakes_are_one) {
    for (int time = 0; time != 100; ++time) engine().wake();
    EXPECT_EQ(engine().wait(rota::clock::never()), wait_outcome::events);
    EXPECT_EQ(engine().wait(engine().now() + 1ms), wait_outcome::deadline);
}

TEST_P(contract_waiting, random_numbers_differ) {
    std::set<std::uint64_t> seen;
    for (int draw = 0; draw != 100; ++draw) seen.insert(engine().random());
    EXPECT_EQ(seen.size(), 100U);
}

TEST_P(contract_waiting, a_peek_sees_a_cancelled_operation) {
    auto const made = connect();
    char byte = 0;
    receiving receive(made.server, &byte, std::size_t{1});
    EXPECT_TRUE(start(receive));
    engine().cancel(receive);
    EXPECT_TRUE(engine().peek());
    EXPECT_EQ(finish(receive), -ECANCELED);
    close(made.client);
    close(made.server);
}

TEST_P(contract_kernel_waiting, a_wake_from_another_thread_ends_a_wait) {
    for (int round = 0; round != 200; ++round) {
        std::thread waker([&] { engine().wake(); });
        EXPECT_EQ(engine().wait(rota::clock::never()), wait_outcome::events);
        waker.join();
        EXPECT_EQ(engine().wait({}), wait_outcome::deadline);
    }
}

// What was done before a wake is seen after the wait that it ended, whichever way they interleave.
TEST_P(contract_kernel_waiting, no_wake_is_lost_among_many) {
    constexpr int each = 20'000;
    std::atomic<int> posted{0};
    std::vector<std::thread> wakers;
    for (int waker = 0; waker != 2; ++waker) {
        wakers.emplace_back([&] {
            for (int time = 0; time != each; ++time) {
                posted.fetch_add(1, std::memory_order_release);
                engine().wake();
            }
        });
    }
    while (posted.load(std::memory_order_acquire) != 2 * each)
        ASSERT_EQ(engine().wait(engine().now() + 20s), wait_outcome::events) << "a wake was lost";
    for (auto& waker : wakers) waker.join();
}

TEST_P(contract_kernel_waiting, a_wake_from_a_signal_handler_ends_a_wait) {
    static rota::engine* target = nullptr;
    target = &engine();
    struct sigaction action{};
    struct sigaction before{};
    action.sa_handler = [](int) { target->wake(); };
    sigaction(SIGALRM, &action, &before);
    itimerval const soon{{0, 0}, {0, 5'000}};
    setitimer(ITIMER_REAL, &soon, nullptr);
    EXPECT_EQ(engine().wait(engine().now() + 20s), wait_outcome::events);
    sigaction(SIGALRM, &before, nullptr);
}

TEST_P(contract_kernel_waiting, a_signal_that_wakes_nobody_leaves_the_deadline_as_it_was) {
    struct sigaction action{};
    struct sigaction before{};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, &before);
    itimerval const often{{0, 2'000}, {0, 2'000}};
    setitimer(ITIMER_REAL, &often, nullptr);
    auto const deadline = engine().now() + 30ms;
    EXPECT_EQ(engine().wait(deadline), wait_outcome::deadline);
    EXPECT_GE(engine().now(), deadline);
    itimerval const off{};
    setitimer(ITIMER_REAL, &off, nullptr);
    sigaction(SIGALRM, &before, nullptr);
}

TEST_P(contract_kernel_waiting, an_idle_engine_sleeps) {
    auto const made = connect();
    char byte = 0;
    receiving receive(made.server, &byte, std::size_t{1});
    EXPECT_TRUE(start(receive));
    rusage before{};
    rusage after{};
    getrusage(RUSAGE_THREAD, &before);
    EXPECT_EQ(engine().wait(engine().now() + 50ms), wait_outcome::deadline);
    getrusage(RUSAGE_THREAD, &after);
    auto const microseconds = [](timeval time) { return time.tv_sec * 1'000'000 + time.tv_usec; };
    auto const used = microseconds(after.ru_utime) + microseconds(after.ru_stime) - microseconds(before.ru_utime) -
                      microseconds(before.ru_stime);
    EXPECT_LT(used, 10'000) << "it did not sleep";
    engine().cancel(receive);
    finish(receive);
    close(made.client);
    close(made.server);
}

TEST_P(contract_ring, a_peek_sees_what_has_arrived_without_asking_the_kernel) {
    auto const on = listener();
    int const client = raw_client(address(on));
    accepting accept(on);
    ASSERT_EQ(run(accept), 0);
    char byte = 0;
    receiving receive(accept.accepted, &byte, std::size_t{1});
    EXPECT_TRUE(start(receive));
    poll();
    EXPECT_FALSE(engine().peek());
    std::thread peer([&] { EXPECT_EQ(::send(client, "x", 1, 0), 1); });
    auto const limit = engine().now() + 20s;
    while (!engine().peek() && engine().now() < limit) {}
    EXPECT_TRUE(engine().peek());
    EXPECT_FALSE(receive.done);
    EXPECT_EQ(finish(receive), 1);
    EXPECT_FALSE(engine().peek());
    peer.join();
    ::close(client);
    close(accept.accepted);
    close(on);
}

struct job : blocking {
    explicit job(std::function<void()> to_do) : blocking(&work), task(std::move(to_do)) {}
    std::function<void()> task;

private:
    static void work(rota::blocking_operation& op) noexcept { static_cast<job&>(op).task(); }
};

TEST_P(contract_waiting, blocking_work_completes_with_zero_and_what_it_did_is_seen) {
    int done = 0;
    job one([&] { done += 1; });
    EXPECT_EQ(run(one), 0);
    EXPECT_EQ(done, 1);
    EXPECT_EQ(run(one), 0) << "an operation can be used again";
    EXPECT_EQ(done, 2);
}

TEST_P(contract_waiting, much_blocking_work_all_completes) {
    std::atomic<int> done{0};
    std::vector<std::unique_ptr<job>> jobs;
    for (int number = 0; number != 500; ++number) {
        jobs.push_back(std::make_unique<job>([&] { ++done; }));
        start(*jobs.back());
    }
    for (auto& one : jobs) EXPECT_EQ(finish(*one), 0);
    EXPECT_EQ(done, 500);
}

TEST_P(contract_kernel_waiting, blocking_work_runs_on_a_thread_of_the_pool_which_no_signal_reaches) {
    std::thread::id thread;
    sigset_t blocked;
    sigemptyset(&blocked);
    char name[16]{};
    job look([&] {
        thread = std::this_thread::get_id();
        pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
        pthread_getname_np(pthread_self(), name, sizeof name);
    });
    EXPECT_EQ(run(look), 0);
    EXPECT_NE(thread, std::this_thread::get_id());
    EXPECT_STREQ(name, "rota-worker");
    for (int const signal : {SIGINT, SIGTERM, SIGCHLD, SIGALRM, SIGUSR1}) EXPECT_TRUE(sigismember(&blocked, signal));
    sigset_t own;
    pthread_sigmask(SIG_SETMASK, nullptr, &own);
    EXPECT_FALSE(sigismember(&own, SIGINT)) << "the caller's own mask was changed";
}

TEST_P(contract_kernel_waiting, queued_blocking_work_is_withdrawn_and_running_work_is_awaited) {
    rota::engine_options options;
    options.blocking_threads = 1;
    make(options);
    std::latch running(1);
    std::latch go_on(1);
    bool ran = false;
    job first([&] {
        running.count_down();
        go_on.wait();
    });
    job second([&] { ran = true; });
    EXPECT_TRUE(start(first));
    EXPECT_TRUE(start(second));
    running.wait();
    engine().cancel(second);
    engine().cancel(first);
    EXPECT_EQ(finish(second), -ECANCELED);
    EXPECT_FALSE(first.done);
    go_on.count_down();
    EXPECT_EQ(finish(first), 0);
    EXPECT_FALSE(ran);
}

}  // namespace
