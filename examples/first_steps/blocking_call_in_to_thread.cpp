// A call that blocks would hold up every task of the loop. to_thread runs it on a thread of a pool and gives its result,
// and the loop goes on meanwhile: the heart beats while the sum is being worked out.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <thread>

using namespace std::chrono_literals;

int slow_sum(int a, int b) {
    std::this_thread::sleep_for(300ms);  // a library that knows nothing of coroutines
    return a + b;
}

rota::coro<> beat(int& beats) {
    while (true) {
        co_await rota::sleep(20ms);
        ++beats;
    }
}

rota::coro<> async_main() {
    int beats = 0;
    auto heart = rota::create_task(beat(beats));

    int sum = slow_sum(1, 2);
    std::printf("called here: %d, and %d heartbeats meanwhile\n", sum, beats);

    sum = co_await rota::to_thread(slow_sum, 3, 4);
    std::printf("in a thread: %d, and %d heartbeats meanwhile\n", sum, beats);

    heart.cancel();
    (void)co_await rota::as_result(heart);
}

int main() { rota::run(async_main()); }
