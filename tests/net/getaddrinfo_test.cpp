#include <rota/net/getaddrinfo.hpp>

#include "net/net_kit.hpp"

#include <rota/thread/to_thread.hpp>

#include <algorithm>
#include <atomic>
#include <vector>

namespace {

using namespace net_kit;
using rota::coro;

class Getaddrinfo : public engine_test {};

/// No literal, and in no hosts file: the resolver knows that it is 127.0.0.1, and asks nobody.
constexpr char const* for_the_resolver = "127.1";
INSTANTIATE_TEST_SUITE_P(OnEvery, Getaddrinfo, testing::ValuesIn(all_engines()), name_of);

TEST_P(Getaddrinfo, LiteralsAreAnsweredAtOnce) {
    run([]() -> coro<> {
        auto const four = co_await rota::getaddrinfo("127.0.0.1", 80);
        EXPECT_EQ(four.size(), 1U);
        EXPECT_EQ(four.front().to_string(), "127.0.0.1:80");
        auto const six = co_await rota::getaddrinfo("::1", 443);
        EXPECT_EQ(six.size(), 1U);
        EXPECT_EQ(six.front().to_string(), "[::1]:443");
    });
}

TEST_P(Getaddrinfo, LocalhostIsThisMachine) {
    run([]() -> coro<> {
        auto const found = co_await rota::getaddrinfo("localhost", 80);
        EXPECT_TRUE(std::any_of(found.begin(), found.end(),
                                [](auto const& each) { return each.to_string() == "127.0.0.1:80"; }));
    });
}

TEST_P(Getaddrinfo, TheFamilyCanBeChosen) {
    run([]() -> coro<> {
        auto const found = co_await rota::getaddrinfo("localhost", 80, rota::address_family::ipv4);
        for (auto const& each : found) EXPECT_EQ(each.family(), rota::address_family::ipv4);
        co_await what_of<rota::name_error>(rota::getaddrinfo("::1", 80, rota::address_family::ipv4));
    });
}

TEST_P(Getaddrinfo, WhatCanBeNoNameIsANameError) {
    run([]() -> coro<> {
        EXPECT_EQ(co_await what_of<rota::name_error>(rota::getaddrinfo("", 80)), "resolve : Name or service not known");
        co_await what_of<rota::name_error>(rota::getaddrinfo(std::string("local\0host", 10), 80));
    });
}

TEST_P(Getaddrinfo, CancelledItRaisesAtOnce) {
    run([]() -> coro<> {
        auto const* const name = GetParam().kind == rota::engine_kind::simulated ? "localhost" : for_the_resolver;
        auto ask = [name]() -> coro<> { co_await rota::getaddrinfo(name, 80); };
        auto const asking = rota::create_task(ask());
        co_await rota::yield();
        asking.cancel();
        while (!asking.done()) co_await rota::yield();
    });
}

class GetaddrinfoReal : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, GetaddrinfoReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(GetaddrinfoReal, NamesInTheHostsFileAreAnsweredAtOnce) {
    run([]() -> coro<> {
        auto const asking = rota::create_task(rota::getaddrinfo("localhost", 80));
        co_await rota::yield();
        EXPECT_TRUE(asking.done());
        auto const addresses = co_await asking;
        EXPECT_FALSE(addresses.empty());
    });
}

TEST_P(GetaddrinfoReal, NamesWaitForNoOtherWorkThatBlocks) {
    run([]() -> coro<> {
        // More than there are threads for it, none of which ends before the name is found.
        std::atomic<bool> found{false};
        auto block = [&found] { found.wait(false); };
        std::vector<rota::task<>> blocked;
        auto wait = [&]() -> coro<> { co_await rota::to_thread(block); };
        for (int i = 0; i < 40; ++i) blocked.push_back(rota::create_task(wait()));
        co_await rota::sleep(20ms);
        auto const addresses = co_await rota::getaddrinfo(for_the_resolver, 80);
        EXPECT_FALSE(addresses.empty());
        found = true;
        found.notify_all();
        for (auto const& each : blocked) co_await each;
    });
}

TEST(GetaddrinfoSimulated, KnowsNoNameButLocalhost) {
    run_simulated([]() -> coro<> {
        auto const found = co_await rota::getaddrinfo("localhost", 80);
        EXPECT_EQ(found.size(), 1U);
        EXPECT_EQ(co_await what_of<rota::name_error>(rota::getaddrinfo("example.com", 80)),
                  "resolve example.com: Name or service not known");
    });
}

TEST(NameError, IsASystemErrorOfTheResolver) {
    rota::name_error const error(-2, "no.such.host");
    EXPECT_EQ(error.host(), "no.such.host");
    EXPECT_STREQ(error.what(), "resolve no.such.host: Name or service not known");
    EXPECT_STREQ(error.code().category().name(), "resolver");
    EXPECT_EQ(error.code().value(), -2);
}

}  // namespace
