// UDP: messages keep their bounds and carry their sender's address.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <algorithm>

namespace program_38 {
using conformance::bytes;
using conformance::print;

class echo : public rota::datagram_protocol {
public:
    void connection_made(rota::datagram_transport const& made) override { transport_ = made; }
    void datagram_received(std::string_view data, rota::socket_address const& from) override {
        std::string backwards(data);
        std::ranges::reverse(backwards);
        transport_.sendto(backwards, from);
    }

private:
    rota::datagram_transport transport_;
};

class client : public rota::datagram_protocol {
public:
    rota::queue<std::string> inbox;
    void datagram_received(std::string_view data, rota::socket_address const&) override {
        inbox.put_nowait(std::string(data));
    }
};

rota::coro<> async_main() {
    auto const local = rota::socket_address::from_literal("127.0.0.1", 0);
    auto const server = co_await rota::create_datagram_endpoint([] { return std::make_shared<echo>(); }, local);
    auto const made = co_await rota::create_datagram_endpoint([] { return std::make_shared<client>(); },
                                                              rota::socket_address(), server.transport.local_address());
    for (auto const* const message : {"one", "two", ""}) made.transport.sendto(message);
    auto const first = co_await made.protocol->inbox.get();
    auto const second = co_await made.protocol->inbox.get();
    print(bytes(first), bytes(second));
    made.transport.close();
    server.transport.close();
}

conformance::program const here(async_main);
}  // namespace program_38
