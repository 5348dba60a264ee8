// The program of the README: two seconds in all.
#include <rota/rota.hpp>
using namespace std::chrono_literals;

rota::coro<std::string> fetch_data(std::string name, std::chrono::milliseconds delay) {
    co_await rota::sleep(delay);
    co_return name + " fetched";
}

rota::coro<> async_main() {
    auto first = rota::create_task(fetch_data("first", 2s));
    auto second = rota::create_task(fetch_data("second", 1s));
    std::puts((co_await first).c_str());
    std::puts((co_await second).c_str());  // 2 s in all, one thread
}

int main() { rota::run(async_main()); }
