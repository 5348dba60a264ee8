// What a simulated network does to datagrams, as it is told to.
#include "engine/simulated_kit.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace simulated_kit;
using rota::socket_address;

/// Sends `count` numbered ones and gives what arrives.
std::vector<int> arrivals(rota::datagram_faults const& faults, std::uint64_t seed, int count) {
    unsetenv("ROTA_SEED");
    rota::engine_options options(rota::engine_kind::simulated);
    options.seed = seed;
    options.datagrams = faults;
    auto const engine = rota::make_engine(options);
    auto const open = [&] {
        rota::io_handle opened;
        EXPECT_EQ(engine->open_socket(rota::address_family::ipv4, opened, rota::socket_kind::datagram), 0);
        EXPECT_EQ(engine->bind(opened, socket_address::from_literal("127.0.0.1", 0)), 0);
        return opened;
    };
    auto const from = open();
    auto const to = open();
    socket_address at;
    engine->local_address(to, at);
    std::vector<int> got;
    int number = 0;
    receiving_from receive(to, &number, sizeof number);
    auto const take = [&] {
        while (receive.done) {
            got.push_back(number);
            receive.done = engine->submit(receive);
        }
    };
    receive.done = engine->submit(receive);
    for (int i = 0; i < count; ++i) {
        sending_to send(from, &i, sizeof i, at);
        send.done = engine->submit(send);
        while (!send.done) engine->wait(rota::clock::never());
        take();
    }
    while (engine->wait(rota::clock::never()) != rota::wait_outcome::stuck) take();
    engine->close(to);
    engine->close(from);
    while (!receive.done) engine->wait(rota::clock::never());
    return got;
}

std::vector<int> up_to(int count) {
    std::vector<int> all(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) all[static_cast<std::size_t>(i)] = i;
    return all;
}

TEST(SimulatedDatagrams, AllArriveOnceAndInTheirOrderWhereNothingElseIsAskedFor) {
    for (std::uint64_t const seed : {0U, 1U, 2U, 3U}) EXPECT_EQ(arrivals({}, seed, 200), up_to(200)) << seed;
}

TEST(SimulatedDatagrams, SomeAreLost) {
    rota::datagram_faults faults;
    faults.loss = 0.25;
    for (std::uint64_t const seed : {0U, 1U}) {
        auto const got = arrivals(faults, seed, 400);
        EXPECT_GT(got.size(), 250U) << seed;
        EXPECT_LT(got.size(), 350U) << seed;
        EXPECT_TRUE(std::is_sorted(got.begin(), got.end())) << seed;
        EXPECT_EQ(got, arrivals(faults, seed, 400)) << seed;
    }
    faults.loss = 1;
    EXPECT_TRUE(arrivals(faults, 0, 10).empty());
}

TEST(SimulatedDatagrams, SomeComeTwice) {
    rota::datagram_faults faults;
    faults.duplication = 0.5;
    auto got = arrivals(faults, 0, 100);
    EXPECT_GT(got.size(), 120U);
    EXPECT_LT(got.size(), 180U);
    got.erase(std::unique(got.begin(), got.end()), got.end());
    EXPECT_EQ(got, up_to(100));
}

TEST(SimulatedDatagrams, SomeAreOvertaken) {
    rota::datagram_faults faults;
    faults.reordering = 0.2;
    for (std::uint64_t const seed : {0U, 1U}) {
        auto got = arrivals(faults, seed, 100);
        EXPECT_FALSE(std::is_sorted(got.begin(), got.end())) << seed;
        std::sort(got.begin(), got.end());
        EXPECT_EQ(got, up_to(100)) << seed;
    }
}

}  // namespace
