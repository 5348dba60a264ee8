// bench-micro ROW N [PENDING]: what one step of the core costs, as meter.hpp prints it; SKIP and status 3 for a row it does not know.
#include "meter.hpp"

#include <rota/rota.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

rota::coro<> yields(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) co_await rota::yield();
}

rota::coro<> yield_row(std::size_t n) {
    meter const m;
    auto first = rota::create_task(yields(n));
    auto second = rota::create_task(yields(n));
    co_await first;
    co_await second;
    m.done("yield", 2.0 * static_cast<double>(n));
}

rota::coro<> noop() { co_return; }

rota::coro<> spawn_row(std::size_t n) {
    meter const m;
    for (std::size_t i = 0; i < n; ++i) co_await rota::create_task(noop());
    m.done("spawn", static_cast<double>(n));
}

rota::coro<int> chain(int depth) {
    if (depth <= 1) co_return 1;
    co_return 1 + co_await chain(depth - 1);
}

rota::coro<> call_row(std::size_t n, int depth) {
    long sum = 0;
    meter const m;
    for (std::size_t i = 0; i < n; ++i) sum += co_await chain(depth);
    m.done(depth == 1 ? "call1" : "call20", static_cast<double>(n));
    if (sum != static_cast<long>(n) * depth) std::abort();
}

rota::coro<> gather_row(std::size_t n) {
    meter const m;
    for (std::size_t round = 0; round < n / 1000; ++round) {
        std::vector<rota::coro<>> children;
        children.reserve(1000);
        for (int i = 0; i < 1000; ++i) children.push_back(noop());
        co_await rota::gather(std::move(children));
    }
    m.done("gather1k", static_cast<double>(n));
}

// Time-outs as servers use them: so many armed at any time, each cancelled long before it is due.
rota::coro<> timers_row(std::size_t n, std::size_t window) {
    struct timer final : rota::detail::timer_node {
        bool cancel(rota::detail::task_state&) noexcept override { return false; }
        char const* waits_for() const noexcept override { return "nothing"; }
    };
    auto timers = std::make_unique<timer[]>(window);
    auto& home = rota::running_loop();
    meter const m;
    for (std::size_t i = 0; i < n; ++i) {
        timer& next = timers[i % window];
        if (i >= window) home.disarm(next);
        home.arm(next, home.time() + 10s);
    }
    m.done("timers", static_cast<double>(n));
    for (std::size_t i = 0; i < window; ++i)
        if (timers[i].armed()) home.disarm(timers[i]);
    co_return;
}

rota::coro<> producer(rota::queue<int>& q, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) co_await q.put(static_cast<int>(i));
}
rota::coro<> consumer(rota::queue<int>& q, std::size_t n, long& sum) {
    for (std::size_t i = 0; i < n; ++i) sum += co_await q.get();
}

rota::coro<> queue_row(std::size_t n, std::size_t capacity) {
    rota::queue<int> q(capacity);
    long sum = 0;
    meter const m;
    auto putting = rota::create_task(producer(q, n));
    auto getting = rota::create_task(consumer(q, n, sum));
    co_await putting;
    co_await getting;
    m.done(capacity == 1 ? "queue1" : "queue1024", static_cast<double>(n));
}

rota::coro<> locker(rota::lock& l, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        co_await l.acquire();
        co_await rota::yield();
        l.release();
    }
}

rota::coro<> enters(rota::semaphore& permits, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        co_await permits.acquire();
        co_await rota::yield();
        permits.release();
    }
}

rota::coro<> semaphore_row(std::size_t n) {
    rota::semaphore permits(10);
    meter const m;
    std::vector<rota::task<>> tasks;
    for (int i = 0; i < 100; ++i) tasks.push_back(rota::create_task(enters(permits, n / 100)));
    for (auto& t : tasks) co_await t;
    m.done("semaphore", static_cast<double>(n));
}

rota::coro<> lock_row(std::size_t n) {
    rota::lock l;
    meter const m;
    std::vector<rota::task<>> tasks;
    for (int i = 0; i < 100; ++i) tasks.push_back(rota::create_task(locker(l, n / 100)));
    for (auto& t : tasks) co_await t;
    m.done("lock", static_cast<double>(n));
}

rota::coro<> sleeper(std::size_t& left) {
    co_await rota::sleep(1s);
    --left;
}

rota::coro<> sleep_row(std::size_t n) {
    std::size_t left = n;
    meter const m;
    {
        std::vector<rota::task<>> tasks;
        tasks.reserve(n);
        for (std::size_t i = 0; i < n; ++i) tasks.push_back(rota::create_task(sleeper(left)));
        for (auto& t : tasks) co_await t;
    }
    m.done("sleep1m", static_cast<double>(n));
    if (left != 0) std::abort();
}

// Another thread asks the loop, and waits for its answer before it asks again.
rota::coro<> cross_thread_row(std::size_t n) {
    auto& home = rota::running_loop();
    rota::event ended;
    std::binary_semaphore answered(0);
    meter const m;
    std::thread asking([&] {
        for (std::size_t i = 0; i < n; ++i) {
            home.call_soon_threadsafe([&] { answered.release(); });
            answered.acquire();
        }
        home.call_soon_threadsafe([&] { ended.set(); });
    });
    co_await ended.wait();
    asking.join();
    m.done("xthread", static_cast<double>(n));
}

rota::coro<> to_thread_row(std::size_t n) {
    meter const m;
    for (std::size_t i = 0; i < n; ++i) co_await rota::to_thread([] {});
    m.done("tothread", static_cast<double>(n));
}

// From the loop of one thread to that of another.
void channel_row(std::size_t n) {
    rota::channel<int> between(1024);
    long sum = 0;
    auto const side = [&](std::uint32_t which) -> rota::coro<> {
        for (std::size_t i = 0; i < n; ++i) {
            if (which == 0)
                sum += co_await between.receive();
            else
                co_await between.send(static_cast<int>(i));
        }
    };
    meter const m;
    rota::run_on_cores(2, side);
    m.done("channel", static_cast<double>(n));
    if (n > 1 && sum == 0) std::abort();
}

rota::coro<> spawns(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) co_await rota::create_task(noop());
}

// As `spawn`, on so many loops at once. The time on the wall is what it is about.
void cores_row(char const* row, std::size_t n, std::uint32_t cores) {
    auto const each = [=] { return spawns(n); };
    meter const m;
    rota::run_on_cores(cores, each);
    m.done(row, static_cast<double>(n) * cores);
}

rota::coro<> yields_once() { co_await rota::yield(); }

rota::coro<> unused_limit_row(std::size_t n) {
    meter const m;
    for (std::size_t i = 0; i < n; ++i) co_await rota::wait_for(yields_once(), 10s);
    m.done("timeout_unused", static_cast<double>(n));
}

rota::coro<> runs_out(std::size_t& left) {
    try {
        co_await rota::wait_for(rota::sleep(1h), 1ms);
    } catch (rota::timeout_error const&) {
        --left;
    }
}

rota::coro<> fired_limit_row(std::size_t n) {
    std::size_t left = n;
    meter const m;
    std::vector<rota::task<>> tasks;
    tasks.reserve(n);
    for (std::size_t i = 0; i < n; ++i) tasks.push_back(rota::create_task(runs_out(left)));
    for (auto& t : tasks) co_await t;
    m.done("timeout_fires", static_cast<double>(n));
    if (left != 0) std::abort();
}

rota::coro<> sleeps_deep(int depth) {
    if (depth > 1)
        co_await sleeps_deep(depth - 1);
    else
        co_await rota::sleep(1h);
}

// From the first request to the last task's end; they are asleep by then.
rota::coro<> cancel_row(char const* row, std::size_t n, int depth) {
    std::vector<rota::task<>> tasks;
    tasks.reserve(n);
    for (std::size_t i = 0; i < n; ++i) tasks.push_back(rota::create_task(sleeps_deep(depth)));
    co_await rota::yield();
    meter const m;
    for (auto& t : tasks) t.cancel();
    co_await rota::wait(tasks);
    m.done(row, static_cast<double>(n));
    for (auto& t : tasks)
        if (!t.cancelled()) std::abort();
}

rota::coro<> echo(rota::stream peer) {
    while (co_await peer.fill()) {
        auto const came = peer.buffered();
        co_await peer.write(came);
        peer.consume(came.size());
    }
}

// A round trip of 64 bytes between two tasks of one loop, over the loopback.
rota::coro<> echo_row(std::size_t n) {
    auto server = co_await rota::start_server(echo, "127.0.0.1", 0);
    auto client = co_await rota::open_connection("127.0.0.1", server.sockets().front().port());
    std::array<char, 64> message{};
    meter const m;
    for (std::size_t i = 0; i < n; ++i) {
        co_await client.write(std::string_view(message.data(), message.size()));
        for (std::size_t came = 0; came < message.size();)
            came += co_await client.read_into(std::span(message).subspan(came));
    }
    m.done("echo", static_cast<double>(n));
    co_await client.close();
    server.close();
    co_await server.wait_closed();
}

}  // namespace

int main(int count, char** words) {
    std::size_t const pending = count == 4 ? static_cast<std::size_t>(std::atoll(words[3])) : 10'000;
    std::map<std::string, std::function<rota::coro<>(std::size_t)>> const rows{
        {"yield", yield_row},
        {"spawn", spawn_row},
        {"call1", [](std::size_t n) { return call_row(n, 1); }},
        {"call20", [](std::size_t n) { return call_row(n, 20); }},
        {"gather1k", gather_row},
        {"timers", [=](std::size_t n) { return timers_row(n, pending); }},
        {"queue1", [](std::size_t n) { return queue_row(n, 1); }},
        {"queue1024", [](std::size_t n) { return queue_row(n, 1024); }},
        {"lock", lock_row},
        {"semaphore", semaphore_row},
        {"sleep1m", sleep_row},
        {"xthread", cross_thread_row},
        {"tothread", to_thread_row},
        {"timeout_unused", unused_limit_row},
        {"timeout_fires", fired_limit_row},
        {"cancel1", [](std::size_t n) { return cancel_row("cancel1", n, 1); }},
        {"cancel10", [](std::size_t n) { return cancel_row("cancel10", n, 10); }},
        {"echo", echo_row},
    };
    std::string const name = count == 3 || count == 4 ? words[1] : "";
    // These have loops of their own.
    std::map<std::string, std::function<void(std::size_t)>> const threaded{
        {"channel", channel_row},
        {"cores1", [](std::size_t n) { cores_row("cores1", n, 1); }},
        {"cores2", [](std::size_t n) { cores_row("cores2", n, 2); }},
    };
    if (auto const found = threaded.find(name); found != threaded.end()) {
        found->second(static_cast<std::size_t>(std::atoll(words[2])));
        return 0;
    }
    auto const row = rows.find(name);
    if (row == rows.end()) {
        std::puts("SKIP");
        std::fputs("usage: bench-micro ROW N [PENDING], with ROW one of channel cores1 cores2", stderr);
        for (auto const& known : rows) std::fprintf(stderr, " %s", known.first.c_str());
        std::fputs("\n", stderr);
        return 3;
    }
    rota::run(row->second(static_cast<std::size_t>(std::atoll(words[2]))));
}
