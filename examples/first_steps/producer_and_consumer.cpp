// A producer and a consumer over a queue. The queue holds two items at most: then put waits, and the faster side goes as
// fast as the slower one. shutdown says that nothing more will come.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

rota::coro<> bake(rota::queue<std::string>& shelf) {
    for (auto const* cake : {"apple pie", "brownie", "cheesecake", "doughnut", "eclair"}) {
        co_await shelf.put(cake);
        std::printf("baked: %s\n", cake);
    }
    shelf.shutdown();
}

rota::coro<int> eat(rota::queue<std::string>& shelf) {
    int eaten = 0;
    try {
        while (true) {
            std::string const cake = co_await shelf.get();
            co_await rota::sleep(30ms);
            std::printf("eaten: %s\n", cake.c_str());
            ++eaten;
        }
    } catch (rota::queue_shut_down const&) {
        co_return eaten;
    }
}

rota::coro<> async_main() {
    rota::queue<std::string> shelf(2);
    auto const results = co_await rota::gather(bake(shelf), eat(shelf));
    std::printf("%d cakes\n", std::get<1>(results));
}

int main() { rota::run(async_main()); }
