// Threads know nothing of cancellation, but std::stop_token they know: a time limit or a cancel of the task stops them. And
// the other way round, what a std::jthread is told to stop ends here too.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <stop_token>
#include <thread>

using namespace std::chrono_literals;

int search(std::stop_token stop) {
    int looked_at = 0;
    for (; !stop.stop_requested(); ++looked_at) std::this_thread::sleep_for(1ms);
    return looked_at;
}

rota::coro<> count_for_ever() {
    for (;;) co_await rota::sleep(1ms);
}

rota::coro<> async_main() {
    auto const look = [](bool& ended) -> rota::coro<> {
        int const looked_at = co_await rota::to_thread(search);
        ended = looked_at > 0;
    };
    bool ended = false;
    auto const looking = rota::create_task(look, std::ref(ended));
    co_await rota::sleep(20ms);
    looking.cancel();
    co_await rota::wait(looking);
    std::puts(ended ? "the thread was told, and its result came" : "the thread was not told");

    auto const several = [&]() -> rota::coro<> {
        co_await rota::with_stop_source([&](std::stop_token stop) { return rota::to_thread(search, stop); });
    };
    auto const within = rota::create_task(several());
    co_await rota::sleep(20ms);
    within.cancel();
    co_await rota::wait(within);
    std::puts("and whatever else takes a token");

    std::stop_source source;
    std::jthread const elsewhere([&source] { source.request_stop(); });
    auto const counted = co_await rota::as_result(rota::with_stop_token(source.get_token(), count_for_ever()));
    std::puts(counted.cancelled() ? "stopped from a thread" : "not stopped");
}

int main() { rota::run(async_main()); }
