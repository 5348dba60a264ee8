// echo-asio --port P: as a user of Boost.Asio writes it with coroutines.
#include "peer.hpp"

#include <boost/asio.hpp>

#include <array>

namespace {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;

awaitable<void> echo(tcp::socket from) {
    std::array<char, 65536> buffer;
    try {
        for (;;) {
            auto const size = co_await from.async_read_some(boost::asio::buffer(buffer), use_awaitable);
            co_await boost::asio::async_write(from, boost::asio::buffer(buffer.data(), size), use_awaitable);
        }
    } catch (boost::system::system_error const&) {
        // It has left.
    }
}

awaitable<void> serve(std::uint16_t port) {
    auto const here = co_await boost::asio::this_coro::executor;
    tcp::acceptor listener(here, {boost::asio::ip::address_v4::loopback(), port});
    peer::tell_listening(port);
    for (;;) {
        tcp::socket accepted = co_await listener.async_accept(use_awaitable);
        accepted.set_option(tcp::no_delay(true));
        boost::asio::co_spawn(here, echo(std::move(accepted)), boost::asio::detached);
    }
}

}  // namespace

int main(int count, char** words) {
    auto const port = peer::port_of(count, words);
    peer::raise_descriptor_limit();
    boost::asio::io_context loop(1);
    boost::asio::co_spawn(loop, serve(port), boost::asio::detached);
    loop.run();
}
