// What a task answers while it runs, with a value, with an error, and cancelled.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_50 {
using conformance::print;
using conformance::str;
using conformance::type_name;
using conformance::value_error;

template <class F>
std::string ask(F what) {
    try {
        return what();
    } catch (rota::invalid_state_error const&) {
        return "InvalidStateError";
    } catch (rota::cancelled_error const&) {
        return "CancelledError";
    } catch (value_error const& e) {
        return "ValueError: " + str(e);
    }
}

void show(rota::task<std::string> const& t) {
    auto const error = [&] {
        auto const e = t.exception();
        return e ? type_name(e) : "None";
    };
    print(t.done(), t.cancelled(), ask([&] { return t.result(); }), ask(error));
}

rota::coro<std::string> value() { co_return "value"; }
rota::coro<std::string> error() {
    throw value_error("bad");
    co_return "";
}

rota::coro<> async_main() {
    auto v = rota::create_task(value());
    auto e = rota::create_task(error());
    auto c = rota::create_task(value());
    show(v);
    c.cancel();
    show(c);
    co_await rota::wait(v, e, c);
    for (auto const& t : {v, e, c}) show(t);
}

conformance::program const here(async_main);
}  // namespace program_50
