// In builds with the address sanitizer: the kernel's writes into memory that is gone are found out.
#include "engine/sanitizer.hpp"

#include "engine_fixture.hpp"

#include <memory>

namespace {

using namespace engine_fixture;

#if defined(ROTA_ADDRESS_SANITIZER)
constexpr bool watched = true;
#else
constexpr bool watched = false;
#endif

struct loopback_pair {
    loopback_pair() {
        rota::engine_options options(rota::engine_kind::uring);
        engine = rota::make_engine(options);
        for (auto* const each : {&receiver, &sender}) {
            engine->open_socket(rota::address_family::ipv4, *each, rota::socket_kind::datagram);
            engine->bind(*each, rota::socket_address::from_literal("127.0.0.1", 0));
        }
        engine->local_address(receiver, at);
    }

    /// Until an operation has ended.
    template <class Operation>
    void finish(Operation const& op) {
        while (!op.done && engine->wait(engine->now() + 10s) == rota::wait_outcome::events) {}
    }
    void send() {
        sending_to op(sender, "a message", std::size_t{9}, at);
        if (!engine->submit(op)) finish(op);
    }

    std::unique_ptr<rota::engine> engine;
    rota::io_handle receiver;
    rota::io_handle sender;
    rota::socket_address at;
};

void free_under_a_receive() {
    loopback_pair pair;
    auto room = std::make_unique<char[]>(100);
    receiving op(pair.receiver, room.get(), std::size_t{100});
    pair.engine->submit(op);
    pair.engine->wait({});
    room.reset();
    pair.send();
    pair.finish(op);
}

void receive_past_the_end() {
    loopback_pair pair;
    auto const room = std::make_unique<char[]>(4);
    receiving op(pair.receiver, room.get(), std::size_t{100});
    pair.engine->submit(op);
    pair.engine->wait({});
    pair.send();
    pair.finish(op);
}

class SanitizerDeathTest : public testing::Test {
protected:
    void SetUp() override {
        if (!watched) GTEST_SKIP() << "this build has no address sanitizer";
        GTEST_FLAG_SET(death_test_style, "threadsafe");
    }
};

TEST_F(SanitizerDeathTest, ABufferThatWasFreedUnderAPendingReceiveIsFoundOut) {
    EXPECT_DEATH(free_under_a_receive(), "received 9 bytes into .* was freed or is out of bounds");
}

TEST_F(SanitizerDeathTest, AMessageLongerThanItsBufferIsFoundOut) {
    EXPECT_DEATH(receive_past_the_end(), "received 9 bytes into .* was freed or is out of bounds");
}

}  // namespace
