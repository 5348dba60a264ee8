// One task waits for an order, for closing time and for a quiet moment, whichever comes first. An order that comes in the
// very moment of closing is not lost: it is in its place too.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

void serve(std::string const& order) { std::printf("served: %s\n", order.c_str()); }

rota::coro<> bar(rota::queue<std::string>& orders, rota::event& closing) {
    for (;;) {
        auto got = co_await rota::select(orders.get(), closing.wait(), rota::sleep(50ms));
        if (auto& order = got.get<0>()) serve(*order);
        if (got.get<1>()) break;
        if (got.get<2>()) std::puts("(it is quiet)");
    }
    std::puts("closed");
}

rota::coro<> evening(rota::queue<std::string>& orders, rota::event& closing) {
    co_await orders.put("tea");
    co_await orders.put("coffee");
    co_await rota::sleep(70ms);
    orders.put_nowait("a last beer");
    closing.set();
}

rota::coro<> async_main() {
    rota::queue<std::string> orders;
    rota::event closing;
    co_await rota::gather(bar(orders, closing), evening(orders, closing));
}

int main() { rota::run(async_main()); }
