// A gather that is cancelled ends so, also where errors are to be returned, and not before its children have.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_78 {
using conformance::print;
using conformance::str;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> child(std::string name, std::string answer) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print("stopping", name);
        if (answer == "error") throw value_error(name);
        if (answer == "cancel") throw;
    }
    co_return name;
}

rota::coro<> gathers() {
    try {
        co_await rota::gather(rota::return_exceptions, child("a", "value"), child("b", "error"), child("c", "cancel"));
    } catch (...) {
        print(type_name(std::current_exception()), rota::current_task().cancelling());
        throw;
    }
    print("not reached");
}

rota::coro<> async_main() {
    rota::running_loop().set_exception_handler(
        [](auto&, auto const& context) { print("handler:", str(context.exception)); });
    auto t = rota::create_task(gathers());
    for (int turn = 0; turn < 3; ++turn) co_await rota::sleep(0s);
    bool const asked = t.cancel();
    print(asked, t.cancelling());
    co_await rota::wait(t);
    print(t.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_78
