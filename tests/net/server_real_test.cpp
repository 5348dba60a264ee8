// What a server asks of a real kernel.
#include <rota/net/server.hpp>

#include "net/net_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/detail/operation_awaiter.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace net_kit;
using rota::coro;
using rota::stream;

coro<> echo_line(stream peer) {
    co_await peer.write(co_await peer.read_line());
    co_await peer.close();
}

/// TCP_NODELAY of each socket that is connected at `port` of this side.
std::vector<int> no_delay_of_connections_at(int port) {
    std::vector<int> found;
    for (int descriptor = 3; descriptor != 256; ++descriptor) {
        sockaddr_in local{};
        sockaddr_in peer{};
        socklen_t local_length = sizeof local;
        socklen_t peer_length = sizeof peer;
        if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &local_length) != 0 ||
            getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &peer_length) != 0 ||
            ntohs(local.sin_port) != port)
            continue;
        int value = -1;
        socklen_t length = sizeof value;
        getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &value, &length);
        found.push_back(value != 0 ? 1 : 0);
    }
    return found;
}

class ServerReal : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ServerReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(ServerReal, ItsConnectionsSendWithoutDelayUnlessToldOtherwise) {
    run([]() -> coro<> {
        for (bool const wanted : {true, false}) {
            rota::server_options options;
            options.no_delay = wanted;
            auto server = co_await rota::start_server(echo_line, "127.0.0.1", 0, options);
            auto client = co_await connect(server);
            co_await rota::sleep(20ms);
            EXPECT_EQ(no_delay_of_connections_at(server.sockets().front().port()), std::vector<int>{wanted ? 1 : 0});
            co_await client.close();
            server.close();
        }
    });
}

TEST_P(ServerReal, SurvivesALackOfDescriptorsWithoutASpin) {
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    run([&]() -> coro<> {
        reports told;
        auto server = co_await serve(echo_line);
        auto first = co_await connect(server);
        auto second = co_await connect(server);
        co_await rota::sleep(20ms);
        // UBSan opens a pipe when it sees a class for the first time: so it sees this one while there are descriptors.
        rota::running_loop().call_exception_handler(
            {"", std::make_exception_ptr(rota::system_error(EMFILE, "accept"))});
        told.told.clear();
        rota::io_handle opened;
        auto& kernel = rota::running_loop().kernel();
        EXPECT_EQ(kernel.open_socket(rota::address_family::ipv4, opened), 0);
        // As many as there are already, so that the accept fails and nothing else.
        int const unused = dup(0);
        close(unused);
        auto tight = before;
        tight.rlim_cur = static_cast<rlim_t>(unused);
        setrlimit(RLIMIT_NOFILE, &tight);
        auto const processor_time = std::clock();
        EXPECT_EQ(co_await rota::detail::operation_awaiter<rota::connect_operation>("connect", opened,
                                                                                    server.sockets().front()),
                  0);
        co_await rota::sleep(250ms);
        EXPECT_LT(std::clock() - processor_time, CLOCKS_PER_SEC / 10);
        setrlimit(RLIMIT_NOFILE, &before);
        EXPECT_EQ(told.told, std::vector<std::string>{
                                 "a server can not accept for lack of resources, and tries again every 100 ms | "
                                 "accept at " +
                                 server.sockets().front().to_string() + ": Too many open files"});
        // Served after all.
        auto third = co_await net_kit::connect(server);
        co_await third.write("third\n");
        EXPECT_EQ(co_await third.read(), "third\n");
        kernel.close(opened);
    });
}

}  // namespace
