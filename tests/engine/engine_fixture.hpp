// What the tests of the engine contract share: every engine there is, and operations that remember how they ended.
#pragma once

#include "engine/uring.hpp"

#include <rota/engine/engine.hpp>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace engine_fixture {

using namespace std::chrono_literals;

/// A ring as a kernel without `Forbidden` flags would give it.
template <unsigned Forbidden>
int set_up_without(unsigned entries, io_uring* ring, io_uring_params* parameters) {
    if ((parameters->flags & Forbidden) != 0) return -EINVAL;
    return io_uring_queue_init_params(entries, ring, parameters);
}

template <unsigned Forbidden>
std::unique_ptr<rota::engine> make_masked_uring(rota::engine_options const& options) {
    rota::detail::ring_calls calls;
    calls.setup = &set_up_without<Forbidden>;
    return rota::detail::make_uring_engine(options, calls);
}

struct contestant {
    char const* name;
    rota::engine_kind kind;
    std::uint32_t ring_entries = 0;
    std::uint64_t seed = 0;
    std::unique_ptr<rota::engine> (*make)(rota::engine_options const&) = &rota::make_engine;

    bool real() const { return kind != rota::engine_kind::simulated; }
    friend std::ostream& operator<<(std::ostream& out, contestant const& one) { return out << one.name; }
};

inline std::vector<contestant> rings() {
    using enum rota::engine_kind;
    constexpr unsigned of_6_1 = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    constexpr unsigned of_5_19 = of_6_1 | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    return {{"uring", uring},
            {"uring_of_8_entries", uring, 8},
            {"uring_as_before_6_1", uring, 0, 0, &make_masked_uring<of_6_1>},
            {"uring_as_before_5_19", uring, 0, 0, &make_masked_uring<of_5_19>}};
}

inline std::vector<contestant> real_engines() {
    auto engines = rings();
    engines.push_back({"epoll", rota::engine_kind::epoll});
    engines.push_back({"auto", rota::engine_kind::automatic});
    return engines;
}

inline std::vector<contestant> all_engines() {
    auto engines = real_engines();
    engines.push_back({"simulated", rota::engine_kind::simulated});
    engines.push_back({"simulated_with_a_seed", rota::engine_kind::simulated, 0, 7});
    return engines;
}

inline std::string name_of(testing::TestParamInfo<contestant> const& info) { return info.param.name; }

inline int ended_so_far = 0;

/// An operation that remembers that it ended, and as the how manieth.
template <class Operation>
struct observed : Operation {
    template <class... Arguments>
    explicit observed(Arguments... arguments) : Operation(arguments..., &ended) {}

    bool done = false;
    int place = 0;
    std::function<void()> then;

private:
    static void ended(rota::operation& op) noexcept {
        auto& self = static_cast<observed&>(op);
        EXPECT_FALSE(self.done) << "completed twice";
        self.done = true;
        self.place = ++ended_so_far;
        if (self.then) self.then();
    }
};

using accepting = observed<rota::accept_operation>;
using connecting = observed<rota::connect_operation>;
using receiving = observed<rota::receive_operation>;
using sending = observed<rota::send_operation>;
using receiving_from = observed<rota::receive_from_operation>;
using sending_to = observed<rota::send_to_operation>;
using shutting = observed<rota::shutdown_operation>;
using closing = observed<rota::close_operation>;
using blocking = observed<rota::blocking_operation>;
using side = rota::shutdown_operation::side;

struct connection {
    rota::io_handle client;
    rota::io_handle server;
};

class engine_test : public testing::TestWithParam<contestant> {
protected:
    engine_test() {
        unsetenv("ROTA_ENGINE");
        unsetenv("ROTA_SEED");
        make({});
    }
    ~engine_test() override { EXPECT_EQ(engine_->pending(), 0U); }

    /// The engine under test, made anew with other options.
    void make(rota::engine_options options) {
        options.kind = GetParam().kind;
        if (options.ring_entries == 0) options.ring_entries = GetParam().ring_entries;
        options.seed = GetParam().seed;
        engine_ = GetParam().make(options);
    }

    rota::engine& engine() { return *engine_; }

    /// True: it is pending.
    template <class Operation>
    bool start(observed<Operation>& op) {
        op.done = false;
        if (!engine_->submit(op)) return true;
        op.done = true;
        return false;
    }

    /// What is ready now, without sleeping.
    void poll() { engine_->wait({}); }

    void wait_until(std::function<bool()> const& reached) {
        auto const deadline = engine_->now() + 20s;
        while (!reached()) {
            if (engine_->wait(deadline) == rota::wait_outcome::events) continue;
            ADD_FAILURE() << "it never happens; " << engine_->pending() << " operations are pending";
            std::abort();  // They are pending still: to leave would be worse.
        }
    }

    template <class Operation>
    std::int32_t finish(observed<Operation>& op) {
        wait_until([&] { return op.done; });
        return op.result();
    }

    template <class Operation>
    std::int32_t run(observed<Operation>& op) {
        start(op);
        return finish(op);
    }

    rota::io_handle socket() {
        rota::io_handle opened;
        EXPECT_EQ(engine_->open_socket(rota::address_family::ipv4, opened), 0);
        return opened;
    }

    rota::io_handle listener(int backlog = 1024) {
        auto const opened = socket();
        EXPECT_EQ(engine_->bind(opened, rota::socket_address::from_literal("127.0.0.1", 0)), 0);
        EXPECT_EQ(engine_->listen(opened, backlog), 0);
        return opened;
    }

    /// A socket for datagrams, bound to `at`.
    rota::io_handle datagrams(rota::socket_address const& at = rota::socket_address::from_literal("127.0.0.1", 0)) {
        rota::io_handle opened;
        EXPECT_EQ(engine_->open_socket(at.family(), opened, rota::socket_kind::datagram), 0);
        EXPECT_EQ(engine_->bind(opened, at), 0);
        return opened;
    }

    rota::socket_address address(rota::io_handle handle) {
        rota::socket_address local;
        EXPECT_EQ(engine_->local_address(handle, local), 0);
        return local;
    }

    connection connect(rota::io_handle to) {
        connecting connect(socket(), address(to));
        accepting accept(to);
        start(connect);
        start(accept);
        EXPECT_EQ(finish(connect), 0);
        EXPECT_EQ(finish(accept), 0);
        return {connect.handle(), accept.accepted};
    }

    connection connect() {
        auto const on = listener();
        auto const made = connect(on);
        close(on);
        return made;
    }

    void send(rota::io_handle to, std::string_view text) {
        while (!text.empty()) {
            sending op(to, text.data(), text.size());
            auto const sent = run(op);
            ASSERT_GT(sent, 0);
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// `bytes`, or less where the end comes first.
    std::string receive(rota::io_handle from, std::size_t bytes) {
        std::string text(bytes, '?');
        std::size_t have = 0;
        while (have != bytes) {
            receiving op(from, text.data() + have, bytes - have);
            auto const count = run(op);
            EXPECT_GE(count, 0);
            if (count <= 0) break;
            have += static_cast<std::size_t>(count);
        }
        text.resize(have);
        return text;
    }

    std::int32_t close(rota::io_handle handle) {
        closing op(handle);
        return run(op);
    }

private:
    std::unique_ptr<rota::engine> engine_;
};

/// A connected socket that no engine knows of.
inline int raw_client(rota::socket_address const& to) {
    int const client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(client, static_cast<sockaddr const*>(to.raw()), to.raw_length()), 0);
    return client;
}

/// The same for what only a real kernel, or real time, can show.
class real_engine_test : public engine_test {};

/// Lets the process have as many descriptors as it may, while it lives.
class many_descriptors {
public:
    many_descriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        auto const all = rlimit{before_.rlim_max, before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &all);
    }
    ~many_descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
    many_descriptors(many_descriptors const&) = delete;
    many_descriptors& operator=(many_descriptors const&) = delete;

private:
    rlimit before_{};
};

}  // namespace engine_fixture
