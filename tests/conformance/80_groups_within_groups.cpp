// Errors of a group within a group come out as a group within a group; the others are cancelled and waited for.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_80 {
using conformance::finally;
using conformance::print;
using conformance::sorted;
using conformance::tree;
using conformance::value_error;
using namespace std::chrono_literals;

std::vector<std::string> ended;

rota::coro<> sibling(std::string name) {
    finally const note([&] { ended.push_back(name); });
    co_await rota::sleep(10s);
}

rota::coro<> fails(std::string text) {
    throw value_error(text);
    co_return;
}

rota::coro<> inner_group(rota::task_group& inner) {
    inner.create_task(sibling("inner sibling"));
    inner.create_task(fails("one"));
    inner.create_task(fails("two"));
    co_return;
}

rota::coro<> outer_group(rota::task_group& outer) {
    outer.create_task(sibling("outer sibling"));
    outer.create_task(rota::with_task_group(inner_group));
    co_return;
}

rota::coro<> async_main() {
    try {
        co_await rota::with_task_group(outer_group);
    } catch (rota::exception_group const&) {
        print(tree(std::current_exception()), sorted(ended));
    }
    print(rota::current_task().cancelling());
    co_await rota::sleep(0s);
}

conformance::program const here(async_main);
}  // namespace program_80
