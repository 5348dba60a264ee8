// gather runs any number of coroutines at once and gives their results in the order of its arguments. Three factorials
// take turns here, one multiplication at a time.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <tuple>

using namespace std::chrono_literals;

rota::coro<int> factorial(char name, int number) {
    int product = 1;
    for (int i = 2; i <= number; ++i) {
        std::printf("%c: factorial(%d), now %d * %d\n", name, number, product, i);
        co_await rota::sleep(20ms);
        product *= i;
    }
    std::printf("%c: factorial(%d) = %d\n", name, number, product);
    co_return product;
}

rota::coro<> async_main() {
    auto const all = co_await rota::gather(factorial('A', 2), factorial('B', 3), factorial('C', 4));
    auto const [a, b, c] = all;
    std::printf("results: %d, %d, %d\n", a, b, c);
}

int main() { rota::run(async_main()); }
