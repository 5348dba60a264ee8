// to_thread gives results and errors back and takes the context along; threads hand the loop callbacks.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_175 {
using conformance::each;
using conformance::print;
using conformance::repr;
using conformance::shown;
using conformance::str;
using conformance::value_error;
using namespace std::chrono_literals;

rota::context_var<std::string> user("nobody");

int work(int x) {
    if (x == 3) throw value_error("no 3");
    return x * x;
}

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    user.set("main");
    int const square = co_await rota::to_thread(work, 5);
    print(square, co_await rota::to_thread([] { return user.get(); }));
    try {
        co_await rota::to_thread(work, 3);
    } catch (value_error const& error) {
        print("error:", error);
    }
    auto const square_of = [](int x) -> rota::coro<int> { co_return co_await rota::to_thread(work, x); };
    std::vector<rota::coro<int>> squares;
    for (int i = 0; i < 5; ++i) squares.push_back(square_of(i));
    auto const results = co_await rota::gather(rota::return_exceptions, std::move(squares));
    print(each(results, [](auto const& r) { return r ? shown{str(r.value())} : shown{repr(str(r.error()))}; }));
    std::vector<int> log;
    auto const from_thread = [&] {
        for (int i = 0; i < 3; ++i) loop.call_soon_threadsafe([&log, i] { log.push_back(i); });
        return std::string("handed over");
    };
    print(co_await rota::to_thread(from_thread));
    co_await rota::sleep(0s);
    print(log);
}

conformance::program const here(async_main);
}  // namespace program_175
