// Transports and protocols: the callbacks of a connection come in order, and flow control pauses the writer.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_39 {
using namespace std::chrono_literals;
using conformance::print;

class server_side : public rota::protocol {
public:
    void connection_made(rota::protocol_transport const& made) override {
        transport_ = made;
        print("server: made");
    }
    void data_received(std::string_view data) override { transport_.write(data); }
    bool eof_received() override {
        print("server: eof");
        return false;
    }
    void connection_lost(std::exception_ptr error) override { print("server: lost", error ? "an error" : "None"); }

private:
    rota::protocol_transport transport_;
};

class client_side : public rota::protocol {
public:
    explicit client_side(rota::future<> done) : done_(std::move(done)) {}
    void connection_made(rota::protocol_transport const& made) override {
        transport_ = made;
        print("client: made");
        transport_.write("ping");
    }
    void data_received(std::string_view data) override {
        got_ += data;
        if (got_ != "ping") return;
        print("client: got ping");
        transport_.write_eof();
    }
    void connection_lost(std::exception_ptr error) override {
        print("client: lost", error ? "an error" : "None");
        done_.set_result();
    }

private:
    rota::future<> done_;
    rota::protocol_transport transport_;
    std::string got_;
};

rota::coro<> async_main() {
    auto done = rota::create_future<>();
    auto server = co_await rota::create_server(std::make_shared<server_side>, "127.0.0.1", std::uint16_t{0});
    auto const factory = [&] { return std::make_shared<client_side>(done); };
    co_await rota::create_connection(factory, "127.0.0.1", server.sockets().front().port());
    co_await done;
    co_await rota::sleep(10ms);
    server.close();
}

conformance::program const here(async_main);
}  // namespace program_39
