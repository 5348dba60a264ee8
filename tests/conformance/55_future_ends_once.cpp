// A future ends once: with a value, an error or a cancel. What comes after is refused.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_55 {
using conformance::print;
using conformance::str;
using conformance::type_name;
using conformance::value_error;

template <class F>
std::string attempt(F what) {
    try {
        return what();
    } catch (rota::invalid_state_error const&) {
        return "InvalidStateError";
    } catch (rota::cancelled_error const&) {
        return "CancelledError";
    } catch (value_error const& e) {
        return str(e);
    }
}

std::string result(rota::future<std::string> const& f) {
    return attempt([&] { return f.result(); });
}
std::string exception(rota::future<std::string> const& f) {
    return attempt([&] {
        auto const error = f.exception();
        return error ? type_name(error) : "None";
    });
}
template <class Set>
std::string again(Set set) {
    return attempt([&] {
        set();
        return "set";
    });
}

rota::coro<> async_main() {
    auto value = rota::create_future<std::string>();
    auto error = rota::create_future<std::string>();
    auto cancelled = rota::create_future<std::string>();
    print(result(value), exception(value));
    value.set_result("value");
    error.set_exception(value_error("error"));
    cancelled.cancel();
    for (auto const& f : {value, error, cancelled}) {
        print(result(f), f.done(), f.cancelled(), f.cancel());
        print(again([&] { f.set_result("again"); }), again([&] { f.set_exception(value_error("again")); }));
    }
    print(exception(value), exception(error), exception(cancelled));
    co_return;
}

conformance::program const here(async_main);
}  // namespace program_55
