// tls-asio --cert FILE --key FILE --port P: as a user of Boost.Asio writes it with coroutines.
#include "secured_peer.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <array>

namespace {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;
namespace ssl = boost::asio::ssl;

awaitable<void> echo(ssl::stream<tcp::socket> from) {
    std::array<char, 65536> room;
    try {
        co_await from.async_handshake(ssl::stream_base::server, use_awaitable);
        for (;;) {
            auto const size = co_await from.async_read_some(boost::asio::buffer(room), use_awaitable);
            co_await boost::asio::async_write(from, boost::asio::buffer(room.data(), size), use_awaitable);
        }
    } catch (boost::system::system_error const&) {
        // It has left.
    }
}

awaitable<void> serve(ssl::context& context, std::uint16_t port) {
    auto const here = co_await boost::asio::this_coro::executor;
    tcp::acceptor listener(here, {boost::asio::ip::address_v4::loopback(), port});
    peer::tell_listening(port);
    for (;;) {
        tcp::socket accepted = co_await listener.async_accept(use_awaitable);
        accepted.set_option(tcp::no_delay(true));
        boost::asio::co_spawn(here, echo(ssl::stream<tcp::socket>(std::move(accepted), context)),
                              boost::asio::detached);
    }
}

}  // namespace

int main(int count, char** words) {
    auto const given = peer::secured_of(count, words);
    peer::raise_descriptor_limit();
    ssl::context context(ssl::context::tls_server);
    context.use_certificate_chain_file(given.certificate);
    context.use_private_key_file(given.key, ssl::context::pem);
    boost::asio::io_context loop(1);
    boost::asio::co_spawn(loop, serve(context, given.port), boost::asio::detached);
    loop.run();
}
