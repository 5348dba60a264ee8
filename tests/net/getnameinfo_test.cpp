#include <rota/net/getnameinfo.hpp>

#include "net/net_kit.hpp"

#include <rota/net/getaddrinfo.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace net_kit;
using rota::coro;
using rota::name_flags;
using rota::socket_address;

class Getnameinfo : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, Getnameinfo, testing::ValuesIn(all_engines()), name_of);

constexpr auto numbers = name_flags::numeric_host | name_flags::numeric_service;

TEST_P(Getnameinfo, NumbersAreAnsweredAtOnce) {
    run([]() -> coro<> {
        auto const four = co_await rota::getnameinfo(socket_address::from_literal("192.0.2.1", 8080), numbers);
        EXPECT_EQ(four.host, "192.0.2.1");
        EXPECT_EQ(four.service, "8080");
        auto const six = co_await rota::getnameinfo(socket_address::from_literal("2001:db8::1", 1), numbers);
        EXPECT_EQ(six.host, "2001:db8::1");
    });
}

TEST_P(Getnameinfo, ThisMachineHasAName) {
    run([]() -> coro<> {
        auto const here = socket_address::from_literal("127.0.0.1", 1);
        auto const found = co_await rota::getnameinfo(here, name_flags::name_required | name_flags::numeric_service);
        EXPECT_EQ(found.host, "localhost");
        EXPECT_EQ(found.service, "1");
        auto const number = co_await rota::getnameinfo(here, name_flags::numeric_host);
        EXPECT_EQ(number.host, "127.0.0.1");
    });
}

TEST_P(Getnameinfo, OfAUnixAddressThereAreNone) {
    run([]() -> coro<> {
        EXPECT_EQ(co_await what_of<rota::name_error>(rota::getnameinfo(socket_address::from_path("/tmp/no"))),
                  "resolve /tmp/no: ai_family not supported");
        co_await what_of<rota::name_error>(rota::getnameinfo(socket_address()));
    });
}

TEST_P(Getnameinfo, CancelledItRaisesAtOnce) {
    run([]() -> coro<> {
        auto ask = []() -> coro<> { co_await rota::getnameinfo(socket_address::from_literal("127.0.0.1", 80)); };
        auto const asking = rota::create_task(ask());
        co_await rota::yield();
        asking.cancel();
        while (!asking.done()) co_await rota::yield();
    });
}

}  // namespace
