// A thousand sleepers as tasks and as threads, to compare what they cost. Both sleep as well; a thread brings a stack, an
// entry in the kernel and a context switch, a task a frame of a few hundred bytes.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <latch>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

constexpr int sleepers = 1000;
constexpr auto nap = 300ms;

// The memory this process holds, in KiB.
long resident() {
    long all = 0;
    long held = 0;
    std::ifstream("/proc/self/statm") >> all >> held;
    return held * 4;
}

void report(char const* what, rota::clock::time_point began, long memory) {
    std::chrono::duration<double> const took = rota::clock::now() - began;
    std::printf("%d %s: %.2f s, %ld KiB\n", sleepers, what, took.count(), memory);
}

rota::coro<> sleeper() { co_await rota::sleep(nap); }

rota::coro<> as_tasks() {
    auto const began = rota::clock::now();
    auto const before = resident();
    std::vector<rota::task<>> tasks;
    for (int i = 0; i < sleepers; ++i) tasks.push_back(rota::create_task(sleeper()));
    co_await rota::sleep(nap / 2);
    auto const memory = resident() - before;
    for (auto& task : tasks) co_await task;
    report("tasks", began, memory);
}

void as_threads() {
    auto const began = rota::clock::now();
    auto const before = resident();
    std::latch all_there(sleepers + 1);
    std::vector<std::jthread> threads;
    for (int i = 0; i < sleepers; ++i) {
        threads.emplace_back([&] {
            all_there.arrive_and_wait();
            std::this_thread::sleep_for(nap);
        });
    }
    all_there.arrive_and_wait();
    auto const memory = resident() - before;
    threads.clear();
    report("threads", began, memory);
}

int main() {
    rota::run(as_tasks());
    as_threads();
}
