// What the tests of protocols share.
#pragma once

#include "net/net_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/net/create_connection.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace net_kit {

/// Writes down its calls, and does what a test has put into `on_...` beside.
class recorder : public rota::protocol {
public:
    std::vector<std::string> calls;
    std::string data;
    rota::protocol_transport transport;
    bool stays_at_eof = false;
    std::function<void()> on_made, on_data, on_pause, on_resume, on_eof, on_lost;

    void connection_made(rota::protocol_transport const& made) override {
        transport = made;
        note("made", on_made);
    }
    void data_received(std::string_view received) override {
        data += received;
        note("data", on_data);
    }
    bool eof_received() override {
        note("eof", on_eof);
        return stays_at_eof;
    }
    void pause_writing() override { note("pause", on_pause); }
    void resume_writing() override { note("resume", on_resume); }
    void connection_lost(std::exception_ptr error) override {
        std::string how = "lost";
        try {
            if (error) std::rethrow_exception(error);
        } catch (rota::system_error const& of_connection) {
            how += ": " + of_connection.code().message();
        } catch (std::exception const& other) {
            how += std::string(": ") + other.what();
        }
        note(how, on_lost);
    }

    bool was(std::string_view call) const { return std::ranges::count(calls, call) != 0; }

private:
    void note(std::string call, std::function<void()> const& also) {
        // Data comes in pieces of any size.
        if (calls.empty() || calls.back() != "data" || call != "data") calls.push_back(std::move(call));
        if (also) also();
    }
};

/// A protocol, and the stream at its other end.
struct attached {
    std::shared_ptr<recorder> protocol = std::make_shared<recorder>();
    rota::protocol_transport transport;
    rota::stream peer;
};

inline rota::coro<> until(std::function<bool()> reached) {
    while (!reached()) co_await rota::sleep(std::chrono::microseconds(100));
}

/// Over TCP, `prepare`d before anything is called.
inline rota::coro<attached> attach(std::function<void(recorder&)> prepare = {}) {
    attached made;
    auto accepted = rota::create_future<std::shared_ptr<rota::stream>>();
    auto const keep = [&](rota::stream peer) -> rota::coro<> {
        accepted.set_result(std::make_shared<rota::stream>(std::move(peer)));
        co_return;
    };
    auto server = co_await serve(keep);
    auto client = co_await connect(server);
    made.peer = std::move(*(co_await accepted));
    server.close();
    if (prepare) prepare(*made.protocol);
    made.transport = rota::attach_protocol(std::move(client), made.protocol);
    co_await until([&] { return made.protocol->was("made"); });
    co_return made;
}

}  // namespace net_kit
