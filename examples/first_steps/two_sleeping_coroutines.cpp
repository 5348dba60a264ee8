// Two coroutines that sleep, each a task of its own: they wait at the same time, on one thread, so that together they
// take as long as the longer one.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

rota::coro<std::string> fetch_data(std::string name, std::chrono::milliseconds delay) {
    co_await rota::sleep(delay);  // stands for waiting for a slow server
    co_return name + " fetched";
}

rota::coro<> async_main() {
    auto const began = rota::clock::now();
    auto first = rota::create_task(fetch_data("first", 400ms));
    auto second = rota::create_task(fetch_data("second", 200ms));
    std::puts((co_await first).c_str());
    std::puts((co_await second).c_str());
    std::chrono::duration<double> const took = rota::clock::now() - began;
    std::printf("both in %.1f s\n", took.count());
}

int main() { rota::run(async_main()); }
