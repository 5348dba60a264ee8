// Work in a thread sees the context of who sent it there; what it sets stays there.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_123 {
using conformance::print;

rota::context_var<std::string> user("nobody");

std::string work(std::string const& greeting) {
    std::string const before = user.get();
    user.set("the thread");
    return greeting + " " + before + ", then " + user.get();
}

rota::coro<std::string> ask(std::string name) {
    user.set(name);
    std::string const text = co_await rota::to_thread(work, "hello");
    co_return text + ", here " + user.get();
}

rota::coro<> async_main() {
    print(co_await rota::to_thread(work, "hi"));
    print(co_await rota::gather(ask("ann"), ask("bob")));
    print(user.get());
}

conformance::program const here(async_main);
}  // namespace program_123
