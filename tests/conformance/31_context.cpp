// A context variable is inherited by copy: a child sees the parent's value, and changes only its own.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_31 {
using conformance::print;
using namespace std::chrono_literals;

rota::context_var<std::string> user("nobody");

rota::coro<> child(std::string name) {
    print(name, "starts with", user.get());
    user.set(name);
    co_await rota::sleep(0s);
    print(name, "still has", user.get());
}

rota::coro<> async_main() {
    user.set("root");
    co_await rota::gather(child("a"), child("b"));
    print("main has", user.get());
    co_await child("direct");
    print("a direct await shares:", user.get());
}

conformance::program const here(async_main);
}  // namespace program_31
