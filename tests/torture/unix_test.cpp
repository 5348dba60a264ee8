// Unix sockets, cancelled at every point or short of memory: no connection stays open, and no file of a server stays.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;
using rota::stream;

std::string const path = "/run/tortured";

bool file_is_there() {
    std::uint64_t which = 0;
    auto const at = rota::socket_address::from_path(path);
    return rota::running_loop().kernel().find_socket_file(at, which) == 0;
}

coro<> read_to_the_end(stream peer) {
    auto const all = co_await peer.read();
    co_await peer.write(all);
}

struct connects_by_path : scenario {
    rota::server listening;
    rota::event is_open;
    std::optional<stream> client;
    coro<> environment() override {
        listening = co_await rota::start_unix_server(read_to_the_end, path);
        is_open.set();
    }
    coro<> subject() override {
        co_await is_open.wait();
        client = co_await rota::open_unix_connection(path);
        co_await client->write("hello");
        co_await client->close();
        co_await rota::yield();
    }
    coro<> verify() override {
        client.reset();
        co_await is_open.wait();
        listening.close();
        // Its handlers end when the other side is closed: one that does not was left with an open connection.
        co_await listening.wait_closed();
        require(!file_is_there(), "a closed server left its file");
    }
};
TEST(TortureUnix, OpenConnection) { torture<connects_by_path>("open_unix_connection", several_seeds); }

struct starts_a_unix_server : scenario {
    coro<> subject() override {
        auto listening = co_await rota::start_unix_server(read_to_the_end, path);
        {
            auto client = co_await rota::open_unix_connection(path);
            co_await client.write("x");
            co_await client.write_eof();
            require(co_await client.read() == "x", "another answer");
        }
        listening.close();
        co_await listening.wait_closed();
    }
    coro<> verify() override {
        co_await rota::sleep(1s);
        require(!file_is_there(), "a server that was dropped left its file");
    }
};
TEST(TortureUnix, StartServer) { torture<starts_a_unix_server>("start_unix_server", several_seeds); }

}  // namespace
