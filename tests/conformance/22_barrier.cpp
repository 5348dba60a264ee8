// Nobody passes a barrier before all are there; aborting it breaks it for all.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_22 {
using conformance::print;
using conformance::sorted;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    rota::barrier bar(3);
    auto const party = [&](int n) -> rota::coro<std::size_t> {
        print("arrives", n);
        auto const pos = co_await bar.wait();
        co_return pos;
    };
    std::vector<rota::coro<std::size_t>> parties;
    for (int i = 0; i < 3; ++i) parties.push_back(party(i));
    auto const got = co_await rota::gather(std::move(parties));
    print(sorted(got), bar.n_waiting(), bar.broken());
    auto const doomed = [&]() -> rota::coro<> {
        try {
            co_await bar.wait();
        } catch (rota::broken_barrier_error const&) {
            print("broken");
        }
    };
    std::vector<rota::task<>> ts;
    for (int i = 0; i < 2; ++i) ts.push_back(rota::create_task(doomed()));
    co_await rota::sleep(0s);
    bar.abort();
    co_await rota::gather(ts);
    print(bar.broken());
    bar.reset();
    print(bar.broken());
}

conformance::program const here(async_main);
}  // namespace program_22
