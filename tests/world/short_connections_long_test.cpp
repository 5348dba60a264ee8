// Many short connections, one after the other, leave nothing. ROTA_TRIAL_CONNECTIONS says how many (100,000).
#include "world/outcome.hpp"

#include <rota/net/open_connection.hpp>
#include <rota/net/server.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using namespace world_kit;

class ShortConnections : public testing::TestWithParam<contestant> {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ShortConnections, testing::ValuesIn(real_engines()), name_of);

std::size_t open_descriptors() {
    auto const listed = std::filesystem::directory_iterator("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(listed), end(listed)));
}

/// What the program has in memory, in bytes.
std::size_t resident() {
    std::ifstream file("/proc/self/statm");
    std::size_t all = 0;
    std::size_t pages = 0;
    file >> all >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

coro<> echo(rota::stream peer) {
    auto const line = co_await peer.read_line();
    co_await peer.write(line);
    co_await peer.close();
}

TEST_P(ShortConnections, OneAfterTheOtherLeaveNoDescriptorAndNoMemory) {
    char const* const given = std::getenv("ROTA_TRIAL_CONNECTIONS");
    auto const many = given != nullptr ? std::stoul(given) : 100'000;
    rota::run(rota::runner_options(GetParam().kind), [&]() -> coro<> {
        // The kernel remembers each pair of addresses for a while: so there are several places to connect to.
        std::vector<rota::server> servers;
        constexpr unsigned places = 16;
        for (unsigned place = 1; place <= places; ++place)
            servers.push_back(co_await rota::start_server(echo, "127.0.0." + std::to_string(place), 0));
        auto const ask = [&](unsigned long number) -> coro<> {
            auto const at = servers[number % places].sockets().front();
            auto client = co_await rota::open_connection(at.host(), at.port());
            co_await client.write("a line\n");
            EXPECT_EQ(co_await client.read(), "a line\n");
            co_await client.close();
        };
        for (unsigned long number = 0; number < many / 10; ++number) co_await ask(number);
        co_await rota::sleep(10ms);
        auto const descriptors = open_descriptors();
        auto const memory = resident();
        for (unsigned long number = 0; number < many; ++number) co_await ask(number);
        co_await rota::sleep(10ms);
        EXPECT_EQ(open_descriptors(), descriptors);
        // Less than a byte for each.
        EXPECT_LT(resident(), memory + std::max(many, 65'536UL));
        for (auto& each : servers) each.close();
        for (auto& each : servers) co_await each.wait_closed();
    });
}

}  // namespace
