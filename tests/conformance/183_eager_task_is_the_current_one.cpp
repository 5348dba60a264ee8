// Inside its eager step a task is the current one, however deep they nest; its maker is that again afterwards.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <map>

namespace program_183 {
using conformance::print;
using namespace std::chrono_literals;

rota::context_var<int> depth(0);
std::map<std::string, rota::any_task> seen;

void enter(std::string const& name) {
    seen[name] = rota::current_task();
    print(name, "begins at", depth.get());
}

void back_in(std::string const& name) { print(name, rota::current_task() == seen[name], depth.get()); }

rota::coro<> inner() {
    enter("inner");
    depth.set(9);
    co_await rota::sleep(0s);
    back_in("inner");
}

rota::coro<> outer() {
    enter("outer");
    depth.set(2);
    auto task = rota::create_task(inner());
    back_in("outer");
    print("the handle is of", task == seen["inner"], task == seen["outer"]);
    co_await task;
    back_in("outer");
}

void callback() { print("in a callback", !rota::current_task()); }

rota::coro<> async_main() {
    enter("main");
    rota::running_loop().set_task_factory(rota::eager_task_factory);
    depth.set(1);
    auto task = rota::create_task(outer());
    back_in("main");
    rota::running_loop().call_soon(callback);
    co_await task;
    back_in("main");
    seen.clear();
}

conformance::program const here(async_main);
}  // namespace program_183
