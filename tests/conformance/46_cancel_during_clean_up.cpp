// A second cancel while the first one's clean-up waits.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_46 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> clean_up(rota::event& step) {
    print("cleaning");
    co_await step.wait();
    print("cleaned");
}

rota::coro<> worker(rota::event& step) {
    co_await rota::with_cleanup(rota::sleep(10s), [&] { return clean_up(step); });
}

rota::coro<> async_main() {
    rota::event step;
    auto t = rota::create_task(worker(step));
    co_await rota::sleep(0s);
    t.cancel();
    co_await rota::sleep(0s);
    t.cancel();
    co_await rota::sleep(0s);
    print("done at the second cancel:", t.done());
    step.set();
    co_await rota::wait(t);
    print(t.cancelled(), t.cancelling());
}

conformance::program const here(async_main);
}  // namespace program_46
