// The same work one after the other and all at once, with the times. Nothing runs faster: what is saved is the waiting,
// and that is nearly all of it where programs talk to other machines.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <vector>

using namespace std::chrono_literals;

constexpr int pages = 20;

rota::coro<int> fetch(int page) {
    co_await rota::sleep(50ms);
    co_return 1000 + page;
}

rota::coro<int> one_after_the_other() {
    int bytes = 0;
    for (int page = 0; page < pages; ++page) bytes += co_await fetch(page);
    co_return bytes;
}

rota::coro<int> all_at_once() {
    std::vector<rota::coro<int>> fetches;
    for (int page = 0; page < pages; ++page) fetches.push_back(fetch(page));
    int bytes = 0;
    for (int const size : co_await rota::gather(std::move(fetches))) bytes += size;
    co_return bytes;
}

rota::coro<double> timed(char const* name, rota::coro<int> work) {
    auto const began = rota::clock::now();
    int const bytes = co_await std::move(work);
    std::chrono::duration<double> const took = rota::clock::now() - began;
    std::printf("%s: %d bytes in %.2f s\n", name, bytes, took.count());
    co_return took.count();
}

rota::coro<> async_main() {
    double const slow = co_await timed("one after the other", one_after_the_other());
    double const fast = co_await timed("all at once", all_at_once());
    std::printf("%.0f times as fast\n", slow / fast);
}

int main() { rota::run(async_main()); }
