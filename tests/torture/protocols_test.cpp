// Protocols, cancelled at every point or short of memory: each that was told of its connection is told of its end, and
// nothing stays open.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

struct ends {
    int made = 0;
    int lost = 0;
};

class counting : public rota::protocol {
public:
    explicit counting(ends& count) noexcept : count_(count) {}
    void connection_made(rota::protocol_transport const& made) override {
        ++count_.made;
        transport_ = made;
    }
    void connection_lost(std::exception_ptr) override {
        ++count_.lost;
        transport_ = {};
    }

private:
    ends& count_;
    rota::protocol_transport transport_;
};

struct connects : scenario {
    ends count;
    rota::server server;

    auto factory() {
        return [this] { return std::make_shared<counting>(count); };
    }
    coro<> subject() override {
        server = co_await rota::create_server(factory(), "127.0.0.1", std::uint16_t{0});
        auto const port = server.sockets().front().port();
        auto const made = co_await rota::create_connection(factory(), "127.0.0.1", port);
        made.transport.write("x");
        co_await rota::sleep(10ms);
        made.transport.close();
    }
    coro<> verify() override {
        co_await rota::sleep(1s);
        if (server) {
            server.close();
            server.close_clients();
            co_await server.wait_closed();
        }
        co_await rota::sleep(1s);
        // The client's, where the subject was stopped in between, lives until the loop ends.
        require(count.made - count.lost <= 1, "a connection's end is not told");
    }
};

struct connects_by_path : connects {
    coro<> subject() override {
        server = co_await rota::create_unix_server(factory(), "/tmp/protocols");
        auto const made = co_await rota::create_unix_connection(factory(), "/tmp/protocols");
        made.transport.write("x");
        co_await rota::sleep(10ms);
        made.transport.close();
    }
};

TEST(TortureProtocols, Tcp) { torture<connects>("create_connection, create_server", several_seeds); }
TEST(TortureProtocols, Unix) { torture<connects_by_path>("create_unix_connection, create_unix_server", several_seeds); }

}  // namespace
