// What the tests of the simulated engine share: operations that remember their completion, and a world to run them in.
#pragma once

#include <rota/engine/engine.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulated_kit {

using namespace std::chrono_literals;

/// Bytes of which none looks like its neighbour.
inline std::string pattern(std::size_t bytes) {
    std::string made(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) made[i] = static_cast<char>(i * 31 + i / 251);
    return made;
}

/// An operation of which `done` says that it has finished.
template <class Operation>
struct tracked : Operation {
    template <class... Arguments>
    explicit tracked(Arguments&&... arguments)
        : Operation(std::forward<Arguments>(arguments)...,
                    [](rota::operation& op) noexcept { static_cast<tracked&>(op).finished(); }) {}

    void finished() noexcept {
        done = true;
        if (order) order->push_back(name);
    }

    bool done = false;
    int name = 0;
    std::vector<int>* order = nullptr;
};

using accepting = tracked<rota::accept_operation>;
using connecting = tracked<rota::connect_operation>;
using receiving = tracked<rota::receive_operation>;
using sending = tracked<rota::send_operation>;
using receiving_from = tracked<rota::receive_from_operation>;
using sending_to = tracked<rota::send_to_operation>;
using shutting = tracked<rota::shutdown_operation>;
using closing = tracked<rota::close_operation>;
using blocking = tracked<rota::blocking_operation>;
using side = rota::shutdown_operation::side;

struct connection {
    rota::io_handle client;
    rota::io_handle server;
};

class world {
public:
    explicit world(rota::engine_kind kind, std::uint64_t seed = 0) {
        // It would take the place of seed 0.
        unsetenv("ROTA_SEED");
        rota::engine_options options(kind);
        options.seed = seed;
        engine_ = rota::make_engine(options);
    }
    explicit world(std::uint64_t seed) : world(rota::engine_kind::simulated, seed) {}

    rota::engine& engine() const { return *engine_; }
    rota::engine* operator->() const { return engine_.get(); }

    template <class Operation>
    void start(tracked<Operation>& op) {
        if (engine_->submit(op)) op.finished();
    }

    /// Waits for an operation. The deadline is there for an engine that runs in real time.
    template <class Operation>
    std::int32_t finish(tracked<Operation>& op) {
        auto const deadline = engine_->now() + 20s;
        while (!op.done) {
            if (engine_->wait(deadline) != rota::wait_outcome::events) {
                ADD_FAILURE() << "an operation does not finish";
                std::abort();  // It is pending still: leaving it would be worse.
            }
        }
        return op.result();
    }

    template <class Operation>
    std::int32_t run(tracked<Operation>& op) {
        start(op);
        return finish(op);
    }

    /// Until nothing more can happen; simulation only.
    void settle() const {
        while (engine_->wait(rota::clock::never()) != rota::wait_outcome::stuck) {}
    }

    rota::io_handle socket(rota::address_family family = rota::address_family::ipv4) const {
        rota::io_handle opened;
        EXPECT_EQ(engine_->open_socket(family, opened), 0);
        return opened;
    }

    rota::io_handle listener(std::string_view host = "127.0.0.1", int backlog = 100, std::uint16_t port = 0) const {
        auto const address = rota::socket_address::from_literal(host, port);
        rota::io_handle const opened = socket(address.family());
        EXPECT_EQ(engine_->bind(opened, address), 0);
        EXPECT_EQ(engine_->listen(opened, backlog), 0);
        return opened;
    }

    rota::socket_address address(rota::io_handle handle) const {
        rota::socket_address local;
        EXPECT_EQ(engine_->local_address(handle, local), 0);
        return local;
    }

    connection connect(rota::io_handle listener) {
        connecting connect(socket(), address(listener));
        accepting accept(listener);
        start(connect);
        start(accept);
        EXPECT_EQ(finish(connect), 0);
        EXPECT_EQ(finish(accept), 0);
        return {connect.handle(), accept.accepted};
    }

    std::int32_t send(rota::io_handle to, std::string_view text) {
        sending op(to, text.data(), text.size());
        return run(op);
    }

    void send_all(rota::io_handle to, std::string_view text) {
        while (!text.empty()) {
            std::int32_t const sent = send(to, text);
            ASSERT_GT(sent, 0);
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// One receive: its text, or its error as `error N`.
    std::string receive(rota::io_handle from, std::size_t room = 1'000) {
        std::string text(room, '?');
        receiving op(from, text.data(), text.size());
        std::int32_t const result = run(op);
        if (result < 0) return "error " + std::to_string(-result);
        text.resize(static_cast<std::size_t>(result));
        return text;
    }

    /// Receives `bytes`, or less where the end comes first.
    std::string receive_all(rota::io_handle from, std::size_t bytes) {
        std::string text;
        while (text.size() < bytes) {
            std::string const part = receive(from, bytes - text.size());
            if (part.empty()) break;
            text += part;
        }
        return text;
    }

    std::int32_t shutdown(rota::io_handle handle, side which) {
        shutting op(handle, which);
        return run(op);
    }

    std::int32_t close(rota::io_handle handle) {
        closing op(handle);
        return run(op);
    }

private:
    std::unique_ptr<rota::engine> engine_;
};

}  // namespace simulated_kit
