// udp-asio --port P: as a user of Boost.Asio writes it with coroutines.
#include "peer.hpp"

#include <boost/asio.hpp>

#include <array>

namespace {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using boost::asio::ip::udp;

awaitable<void> echo(std::uint16_t port) {
    udp::socket endpoint(co_await boost::asio::this_coro::executor, {boost::asio::ip::address_v4::loopback(), port});
    peer::tell_listening(port);
    std::array<char, 65536> room;
    udp::endpoint from;
    for (;;) {
        auto const size = co_await endpoint.async_receive_from(boost::asio::buffer(room), from, use_awaitable);
        co_await endpoint.async_send_to(boost::asio::buffer(room.data(), size), from, use_awaitable);
    }
}

}  // namespace

int main(int count, char** words) {
    auto const port = peer::port_of(count, words);
    boost::asio::io_context loop(1);
    boost::asio::co_spawn(loop, echo(port), boost::asio::detached);
    loop.run();
}
