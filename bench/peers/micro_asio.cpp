// micro-asio ROW N: bench-micro's rows as a user of Boost.Asio writes them with coroutines, on one thread.
#include "../meter.hpp"

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <semaphore>
#include <string_view>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::detached;
using asio::io_context;
using asio::steady_timer;
using asio::use_awaitable;
using boost::system::error_code;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using channel = asio::experimental::channel<void(error_code, int)>;
using concurrent_channel = asio::experimental::concurrent_channel<void(error_code, int)>;

awaitable<void> yields(std::size_t n) {
    auto const here = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i < n; ++i) co_await asio::post(here, use_awaitable);
}
awaitable<void> nothing() { co_return; }
awaitable<void> spawns(std::size_t n) {
    auto const here = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i < n; ++i) co_await asio::co_spawn(here, nothing(), use_awaitable);
}
awaitable<int> chain(int depth) {
    if (depth <= 1) co_return 1;
    co_return 1 + co_await chain(depth - 1);
}
awaitable<void> calls(std::size_t n, int depth) {
    long sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += co_await chain(depth);
    if (sum != static_cast<long>(n) * depth) std::abort();
}
awaitable<void> counts_down(std::size_t& left, steady_timer& end) {
    if (--left == 0) end.cancel();
    co_return;
}
// Its own way to wait for a number of children that is known at run time: a timer that the last one cancels.
awaitable<void> gathers(std::size_t rounds) {
    auto const here = co_await asio::this_coro::executor;
    for (std::size_t round = 0; round < rounds; ++round) {
        std::size_t left = 1000;
        steady_timer end(here, 1h);
        for (int i = 0; i < 1000; ++i) asio::co_spawn(here, counts_down(left, end), detached);
        if (left != 0) co_await end.async_wait(asio::as_tuple(use_awaitable));
    }
}
template <class Channel>
awaitable<void> puts_items(Channel& to, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) co_await to.async_send(error_code{}, static_cast<int>(i), use_awaitable);
}
template <class Channel>
awaitable<void> gets_items(Channel& from, std::size_t n) {
    long sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += co_await from.async_receive(use_awaitable);
    if (n > 1 && sum == 0) std::abort();
}
// A channel with as many places as there are permits.
awaitable<void> enters(channel& permits, std::size_t n) {
    auto const here = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i < n; ++i) {
        co_await permits.async_send(error_code{}, 0, use_awaitable);
        co_await asio::post(here, use_awaitable);
        co_await permits.async_receive(use_awaitable);
    }
}
awaitable<void> sleeps(std::chrono::nanoseconds delay) {
    steady_timer timer(co_await asio::this_coro::executor, delay);
    co_await timer.async_wait(use_awaitable);
}
awaitable<void> to_threads(asio::thread_pool& pool, std::size_t n) {
    auto const here = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i < n; ++i) {
        co_await asio::post(pool, use_awaitable);
        co_await asio::post(here, use_awaitable);
    }
}
awaitable<void> yields_once() { co_await asio::post(co_await asio::this_coro::executor, use_awaitable); }
awaitable<void> unused_limits(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) co_await (yields_once() || sleeps(10s));
}
awaitable<void> runs_out() { co_await (sleeps(1h) || sleeps(1ms)); }

// Runs what `main` makes to its end, and tells what it took.
template <class Main>
void one_task_row(char const* row, std::size_t n, double operations, Main main) {
    io_context loop(1);
    meter const m;
    asio::co_spawn(loop, main(n), detached);
    loop.run();
    m.done(row, operations);
}

void yield_row(std::size_t n) {
    io_context loop(1);
    meter const m;
    asio::co_spawn(loop, yields(n), detached);
    asio::co_spawn(loop, yields(n), detached);
    loop.run();
    m.done("yield", 2.0 * static_cast<double>(n));
}

void timers_row(std::size_t n, std::size_t window) {
    io_context loop(1);
    std::vector<steady_timer> timers;
    timers.reserve(window);
    for (std::size_t i = 0; i < window; ++i) timers.emplace_back(loop);
    meter const m;
    for (std::size_t i = 0; i < n; ++i) {
        // Setting a time cancels the wait that is under way; the loop calls its handler.
        timers[i % window].expires_after(10s);
        timers[i % window].async_wait([](error_code) {});
        if (i % 1000 == 999) loop.poll();
    }
    loop.poll();
    m.done("timers", static_cast<double>(n));
    for (auto& each : timers) each.cancel();
    loop.poll();
}

void queue_row(char const* row, std::size_t n, std::size_t capacity) {
    io_context loop(1);
    channel between(loop, capacity);
    meter const m;
    asio::co_spawn(loop, puts_items(between, n), detached);
    asio::co_spawn(loop, gets_items(between, n), detached);
    loop.run();
    m.done(row, static_cast<double>(n));
}

void permits_row(char const* row, std::size_t n, std::size_t free) {
    io_context loop(1);
    channel permits(loop, free);
    meter const m;
    for (int i = 0; i < 100; ++i) asio::co_spawn(loop, enters(permits, n / 100), detached);
    loop.run();
    m.done(row, static_cast<double>(n));
}

void sleep_row(std::size_t n) {
    io_context loop(1);
    meter const m;
    for (std::size_t i = 0; i < n; ++i) asio::co_spawn(loop, sleeps(1s), detached);
    loop.run();
    m.done("sleep1m", static_cast<double>(n));
}

void cross_thread_row(std::size_t n) {
    io_context loop(1);
    auto work = asio::make_work_guard(loop);
    meter const m;
    std::thread asking([&] {
        std::binary_semaphore answered(0);
        for (std::size_t i = 0; i < n; ++i) {
            asio::post(loop, [&] { answered.release(); });
            answered.acquire();
        }
        work.reset();
    });
    loop.run();
    asking.join();
    m.done("xthread", static_cast<double>(n));
}

void to_thread_row(std::size_t n) {
    io_context loop(1);
    asio::thread_pool pool(1);
    auto work = asio::make_work_guard(loop);
    meter const m;
    asio::co_spawn(loop, to_threads(pool, n), [&](std::exception_ptr) { work.reset(); });
    loop.run();
    m.done("tothread", static_cast<double>(n));
}

void channel_row(std::size_t n) {
    io_context sending(1);
    io_context receiving(1);
    concurrent_channel between(receiving, 1024);
    meter const m;
    asio::co_spawn(receiving, gets_items(between, n), detached);
    asio::co_spawn(sending, puts_items(between, n), detached);
    std::thread other([&] { sending.run(); });
    receiving.run();
    other.join();
    m.done("channel", static_cast<double>(n));
}

void cores_row(char const* row, std::size_t n, int cores) {
    auto const work = [n] {
        io_context loop(1);
        asio::co_spawn(loop, spawns(n), detached);
        loop.run();
    };
    meter const m;
    std::vector<std::thread> others;
    for (int i = 1; i < cores; ++i) others.emplace_back(work);
    work();
    for (auto& each : others) each.join();
    m.done(row, static_cast<double>(n) * cores);
}

void fired_limit_row(std::size_t n) {
    io_context loop(1);
    meter const m;
    for (std::size_t i = 0; i < n; ++i) asio::co_spawn(loop, runs_out(), detached);
    loop.run();
    m.done("timeout_fires", static_cast<double>(n));
}

awaitable<void> sleeps_deep(int depth) {
    if (depth > 1) co_return co_await sleeps_deep(depth - 1);
    co_await sleeps(1h);
}

// What is asleep is cancelled by signals, one for each task.
void cancel_row(char const* row, std::size_t n, int depth) {
    io_context loop(1);
    std::vector<asio::cancellation_signal> signals(n);
    std::size_t left = n;
    for (auto& each : signals)
        asio::co_spawn(loop, sleeps_deep(depth),
                       asio::bind_cancellation_slot(each.slot(), [&left](std::exception_ptr) { --left; }));
    loop.poll();
    meter const m;
    for (auto& each : signals) each.emit(asio::cancellation_type::terminal);
    loop.run();
    m.done(row, static_cast<double>(n));
    if (left != 0) std::abort();
}

}  // namespace

int main(int count, char** words) {
    std::size_t const window = count == 4 ? static_cast<std::size_t>(std::atoll(words[3])) : 10'000;
    auto const plain = [](char const* row, auto main) {
        return [row, main](std::size_t n) { one_task_row(row, n, static_cast<double>(n), main); };
    };
    std::map<std::string_view, std::function<void(std::size_t)>> const rows{
        {"yield", yield_row},
        {"spawn", plain("spawn", spawns)},
        {"call1", plain("call1", [](std::size_t n) { return calls(n, 1); })},
        {"call20", plain("call20", [](std::size_t n) { return calls(n, 20); })},
        {"gather1k", plain("gather1k", [](std::size_t n) { return gathers(n / 1000); })},
        {"timers", [&](std::size_t n) { timers_row(n, window); }},
        {"queue1", [](std::size_t n) { queue_row("queue1", n, 1); }},
        {"queue1024", [](std::size_t n) { queue_row("queue1024", n, 1024); }},
        {"lock", [](std::size_t n) { permits_row("lock", n, 1); }},
        {"semaphore", [](std::size_t n) { permits_row("semaphore", n, 10); }},
        {"sleep1m", sleep_row},
        {"xthread", cross_thread_row},
        {"tothread", to_thread_row},
        {"channel", channel_row},
        {"cores1", [](std::size_t n) { cores_row("cores1", n, 1); }},
        {"cores2", [](std::size_t n) { cores_row("cores2", n, 2); }},
        {"timeout_unused", plain("timeout_unused", unused_limits)},
        {"timeout_fires", fired_limit_row},
        {"cancel1", [](std::size_t n) { cancel_row("cancel1", n, 1); }},
        {"cancel10", [](std::size_t n) { cancel_row("cancel10", n, 10); }},
    };
    auto const row = count >= 3 ? rows.find(words[1]) : rows.end();
    if (row == rows.end()) {
        std::puts("SKIP");
        return 3;
    }
    row->second(static_cast<std::size_t>(std::atoll(words[2])));
}
