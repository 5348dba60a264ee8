#include <rota/rota.hpp>

#include <cstdio>

rota::coro<> hello() {
    co_await rota::sleep(std::chrono::milliseconds(1));
    std::puts("hello");
}

int main() { rota::run(hello()); }
