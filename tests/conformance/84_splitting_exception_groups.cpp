// A group is split by type, groups within it too, and keeps its message and its order.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <system_error>

namespace program_84 {
using conformance::key_error;
using conformance::print;
using conformance::tree;
using conformance::value_error;
using conformance::zero_division_error;

using rota::exception_group;

std::string show(std::optional<exception_group> const& group) {
    return group ? tree(std::make_exception_ptr(*group)).text : "None";
}

template <class... E>
void split(exception_group const& group) {
    auto const [match, rest] = group.split<E...>();
    print(show(match), "|", show(rest));
}

rota::coro<> async_main() {
    auto const error = [](auto e) { return std::make_exception_ptr(e); };
    exception_group const inner("inner", {error(value_error("in")), error(key_error("in"))});
    exception_group const group("outer", {error(value_error("out")), error(inner), error(zero_division_error("out"))});
    print(group.message(), show(group));
    split<value_error>(group);
    split<key_error>(group);
    split<value_error, zero_division_error>(group);
    split<std::system_error>(group);
    split<std::exception>(group);
    auto const part = group.subgroup<key_error>();
    try {
        std::rethrow_exception(part->exceptions()[0]);
    } catch (exception_group const& within) {
        print(part->message(), within.message());
    }
    print(show(group.subgroup<exception_group>()), show(group.subgroup<std::system_error>()));
    try {
        exception_group("empty", {});
    } catch (rota::usage_error const&) {
        print("no empty groups");
    }
    try {
        auto [caught, rest] = group.split<value_error>();
        if (caught) print("caught", show(caught));
        if (rest) throw *rest;
    } catch (exception_group const& rest) {
        print("left", rest.message(), show(rest));
    }
    co_return;
}

conformance::program const here(async_main);
}  // namespace program_84
