// A barrier is ready for the next round once all have passed; each wait gives the place in the order of arrival.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_150 {
using conformance::each;
using conformance::print;
using conformance::sorted;

struct passage {
    int generation;
    std::size_t place;
};

rota::coro<> party(rota::barrier& barrier, std::vector<passage>& log) {
    for (int generation = 0; generation < 3; ++generation) {
        std::size_t const place = co_await barrier.wait();
        log.push_back({generation, place});
    }
}

rota::coro<> async_main() {
    rota::barrier barrier(3);
    std::vector<passage> log;
    co_await rota::gather(party(barrier, log), party(barrier, log), party(barrier, log));
    for (int generation = 0; generation < 3; ++generation) {
        std::vector<std::size_t> places;
        for (auto const& each : log)
            if (each.generation == generation) places.push_back(each.place);
        print("generation", generation, sorted(places));
    }
    print("no overtaking", each(log, [](auto const& passed) { return passed.generation; }));
    print(barrier.n_waiting(), barrier.broken());
    try {
        rota::barrier const none(0);
    } catch (rota::usage_error const&) {
        print("nobody is no party");
    }
}

conformance::program const here(async_main);
}  // namespace program_150
