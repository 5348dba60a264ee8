// A get that is cancelled takes no item, a put none in. Both lose their place and nothing else.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_153 {
using conformance::print;
using namespace std::chrono_literals;

using items = rota::queue<std::string>;

rota::coro<> getter(items& queue, std::string name) {
    try {
        print(name, "got", co_await queue.get());
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
    }
}

rota::coro<> putter(items& queue, std::string item) {
    try {
        co_await queue.put(item);
        print("put", item);
    } catch (rota::cancelled_error const&) {
        print("did not put", item);
    }
}

rota::coro<> async_main() {
    items queue(1);
    auto first = rota::create_task(getter(queue, "first"));
    auto second = rota::create_task(getter(queue, "second"));
    co_await rota::sleep(0s);
    first.cancel();
    queue.put_nowait("x");
    co_await rota::gather(first, second);
    queue.put_nowait("full");
    auto a = rota::create_task(putter(queue, "a"));
    auto b = rota::create_task(putter(queue, "b"));
    co_await rota::sleep(0s);
    a.cancel();
    co_await a;
    print(co_await queue.get());
    co_await b;
    std::string const last = co_await queue.get();
    print(last, queue.empty());
}

conformance::program const here(async_main);
}  // namespace program_153
