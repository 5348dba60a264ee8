#include "net/happy_eyeballs.hpp"

#include "net/net_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>

#include <system_error>

namespace {

using namespace net_kit;
using rota::coro;
using rota::socket_address;
using rota::stream;

std::vector<std::string> written(std::vector<socket_address> const& addresses) {
    std::vector<std::string> texts;
    for (auto const& each : addresses) texts.push_back(each.host());
    return texts;
}

std::vector<socket_address> read(std::vector<std::string> const& hosts) {
    std::vector<socket_address> addresses;
    for (auto const& each : hosts) addresses.push_back(socket_address::from_literal(each, 80));
    return addresses;
}

TEST(InterleaveFamilies, TakeTurnsBeginningWithThatOfTheFirstAddress) {
    auto const order = rota::detail::interleave_families(read({"::1", "::2", "::3", "10.0.0.1", "10.0.0.2"}), 1);
    EXPECT_EQ(written(order), (std::vector<std::string>{"::1", "10.0.0.1", "::2", "10.0.0.2", "::3"}));
}

TEST(InterleaveFamilies, TheFirstFamilyMayHaveALead) {
    auto const order = rota::detail::interleave_families(read({"10.0.0.1", "::1", "10.0.0.2", "10.0.0.3", "::2"}), 3);
    EXPECT_EQ(written(order), (std::vector<std::string>{"10.0.0.1", "10.0.0.2", "10.0.0.3", "::1", "::2"}));
}

TEST(InterleaveFamilies, MayKeepTheOrderTheyCameIn) {
    std::vector<std::string> const hosts = {"::1", "::2", "10.0.0.1"};
    EXPECT_EQ(written(rota::detail::interleave_families(read(hosts), 0)), hosts);
}

coro<> greet(stream peer) { co_await peer.write("hello"); }

class HappyEyeballs : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, HappyEyeballs, testing::ValuesIn(all_engines()), name_of);

/// An address where nobody listens any more.
coro<socket_address> refusing() {
    auto server = co_await serve(greet);
    auto const at = server.sockets().front();
    server.close();
    co_await server.wait_closed();
    co_return at;
}

TEST_P(HappyEyeballs, ARefusedAddressIsFollowedByTheNextAtOnce) {
    run([]() -> coro<> {
        auto const refused = co_await refusing();
        auto server = co_await serve(greet);
        rota::connection_options patient;
        patient.happy_eyeballs_delay = 1h;
        std::vector<socket_address> const both = {refused, server.sockets().front()};
        auto client = co_await rota::open_connection(both, patient);
        EXPECT_EQ(co_await client.read(), "hello");
        EXPECT_EQ(client.peer_address(), server.sockets().front());
    });
}

TEST_P(HappyEyeballs, AllThatFailedAreToldInTheirOrder) {
    run([]() -> coro<> {
        auto const first = co_await refusing();
        auto const second = co_await refusing();
        std::vector<socket_address> const both = {first, second};
        auto const text = co_await what_of<rota::system_error>(rota::open_connection(both));
        EXPECT_EQ(text, "connect any of 2 addresses (" + first.to_string() + ": Connection refused; " +
                            second.to_string() + ": Connection refused): Connection refused");
    });
}

TEST_P(HappyEyeballs, OfNoAddressIsMisuse) {
    run([]() -> coro<> {
        auto const text = co_await what_of<rota::usage_error>(rota::open_connection(std::vector<socket_address>()));
        EXPECT_NE(text.find("at least one"), std::string::npos) << text;
    });
}

TEST_P(HappyEyeballs, ConnectsFromTheAddressThatIsAskedFor) {
    run([]() -> coro<> {
        auto server = co_await serve(greet);
        rota::connection_options from;
        from.local_address = socket_address::from_literal("127.0.0.1", 0);
        auto client = co_await rota::open_connection("127.0.0.1", server.sockets().front().port(), from);
        EXPECT_EQ(client.local_address().host(), "127.0.0.1");
        EXPECT_EQ(co_await client.read(), "hello");
    });
}

TEST_P(HappyEyeballs, AnAddressToConnectFromThatIsNotThisMachinesIsTold) {
    run([]() -> coro<> {
        auto server = co_await serve(greet);
        rota::connection_options from;
        from.local_address = socket_address::from_literal("192.0.2.1", 0);
        auto const text = co_await what_of<rota::system_error>(
            rota::open_connection("127.0.0.1", server.sockets().front().port(), from));
        EXPECT_NE(text.find("Cannot assign requested address"), std::string::npos) << text;
    });
}

class HappyEyeballsSimulated : public engine_test {};
INSTANTIATE_TEST_SUITE_P(On, HappyEyeballsSimulated,
                         testing::Values(contestant{"simulated", rota::engine_kind::simulated}), name_of);

/// Listens and accepts nothing: its backlog is full, so that who connects waits.
class silent_listener {
public:
    silent_listener() : kernel_(rota::running_loop().kernel()) {
        EXPECT_EQ(kernel_.open_socket(rota::address_family::ipv4, socket_), 0);
        EXPECT_EQ(kernel_.bind(socket_, socket_address::from_literal("127.0.0.1", 0)), 0);
        EXPECT_EQ(kernel_.listen(socket_, 1), 0);
        EXPECT_EQ(kernel_.local_address(socket_, address_), 0);
    }
    silent_listener(silent_listener const&) = delete;
    silent_listener& operator=(silent_listener const&) = delete;
    ~silent_listener() { kernel_.close(socket_); }

    socket_address const& address() const noexcept { return address_; }
    coro<> fill() {
        for (;;) {
            try {
                kept_.push_back(co_await rota::wait_for(rota::open_connection("127.0.0.1", address_.port()), 1s));
            } catch (rota::timeout_error const&) {
                co_return;
            }
        }
    }

private:
    rota::engine& kernel_;
    rota::io_handle socket_;
    socket_address address_;
    std::vector<stream> kept_;
};

TEST_P(HappyEyeballsSimulated, ASlowAddressIsOvertakenByTheNextAfterTheDelay) {
    run([]() -> coro<> {
        silent_listener slow;
        co_await slow.fill();
        auto server = co_await serve(greet);
        std::vector<socket_address> const both = {slow.address(), server.sockets().front()};
        auto const began = rota::clock::now();
        auto client = co_await rota::open_connection(both);
        EXPECT_EQ(rota::clock::now() - began, 250ms);
        EXPECT_EQ(co_await client.read(), "hello");
    });
}

TEST_P(HappyEyeballsSimulated, WithoutADelayOneIsTriedAfterTheOther) {
    run([]() -> coro<> {
        silent_listener slow;
        co_await slow.fill();
        auto server = co_await serve(greet);
        rota::connection_options in_turn;
        in_turn.happy_eyeballs_delay.reset();
        std::vector<socket_address> const both = {slow.address(), server.sockets().front()};
        bool timed_out = false;
        try {
            co_await rota::wait_for(rota::open_connection(both, in_turn), 1h);
        } catch (rota::timeout_error const&) {
            timed_out = true;
        }
        EXPECT_TRUE(timed_out);
    });
}

TEST_P(HappyEyeballsSimulated, CancelledDuringTheRaceLeavesNothingOpen) {
    run([]() -> coro<> {
        silent_listener slow;
        co_await slow.fill();
        std::vector<socket_address> const both = {slow.address(), slow.address()};
        auto const connecting = rota::create_task(rota::open_connection(both));
        co_await rota::sleep(300ms);
        connecting.cancel();
        while (!connecting.done()) co_await rota::sleep(1ms);
        EXPECT_TRUE(connecting.cancelled());
    });
}

}  // namespace
