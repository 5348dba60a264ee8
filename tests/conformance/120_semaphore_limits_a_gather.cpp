// map_concurrent limits how many run at once as a semaphore round each coroutine of a gather does; results keep their order.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_120 {
using conformance::print;
using namespace std::chrono_literals;

struct work {
    char name;
    std::chrono::milliseconds delay;
};

rota::coro<> async_main() {
    int running = 0;
    int most = 0;
    auto const job = [&](work const& of) -> rota::coro<std::string> {
        most = std::max(most, ++running);
        print("begin", std::string(1, of.name));
        co_await rota::sleep(of.delay);
        --running;
        print("end", std::string(1, of.name));
        co_return std::string(1, static_cast<char>(of.name - 'a' + 'A'));
    };
    std::vector<work> const jobs{{'a', 50ms}, {'b', 20ms}, {'c', 20ms}, {'d', 60ms}};
    print(co_await rota::map_concurrent(jobs, 2, job));
    print("at most", most);
}

conformance::program const here(async_main);
}  // namespace program_120
