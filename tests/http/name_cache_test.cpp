#include "http/name_cache.hpp"

#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/net/getaddrinfo.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using rota::http::detail::name_cache;

rota::coro<std::string> first_of(name_cache& names, std::string host, std::uint16_t port) {
    auto const addresses = co_await names.lookup(std::move(host), port);
    co_return addresses.at(0).to_string();
}

TEST(NameCache, GivesTheSameAddressesWithThePortThatIsAskedFor) {
    auto const main = []() -> rota::coro<> {
        name_cache names;
        EXPECT_EQ(co_await first_of(names, "localhost", 80), "127.0.0.1:80");
        EXPECT_EQ(co_await first_of(names, "localhost", 81), "127.0.0.1:81");
        EXPECT_EQ(co_await first_of(names, "::1", 82), "[::1]:82");
    };
    rota::run(rota::runner_options(rota::engine_kind::simulated), main());
}

TEST(NameCache, WhoeverAsksForANameThatDoesNotExistIsToldSo) {
    auto const main = []() -> rota::coro<> {
        name_cache names;
        std::vector<rota::task<std::string>> asking;
        for (int i = 0; i < 50; ++i) asking.push_back(rota::create_task(first_of(names, "nothing.invalid", 80)));
        for (auto const& one : asking) EXPECT_THROW(co_await one, rota::name_error);
    };
    rota::run(rota::runner_options(rota::engine_kind::simulated), main());
}

// Names are looked up on a thread; the one that asks is cancelled meanwhile.
TEST(NameCache, TheNextOneAsksWhereTheFirstIsCancelled) {
    auto const main = []() -> rota::coro<> {
        name_cache names;
        // No literal, and in no hosts file: for the resolver it is 127.0.0.1.
        auto first = rota::create_task(first_of(names, "127.1", 80));
        auto second = rota::create_task(first_of(names, "127.1", 81));
        co_await rota::yield();
        first.cancel();
        auto const& got = co_await second;
        EXPECT_TRUE(got.ends_with(":81")) << got;
        EXPECT_TRUE(first.done());
    };
    rota::run(main());
}

}  // namespace
