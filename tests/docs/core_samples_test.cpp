// The samples in the headers of core/, each where a reader could have put it.
#include <rota/rota.hpp>

#include <gtest/gtest.h>

namespace {

struct closable {
    bool closed = false;
    rota::coro<> close() {
        co_await rota::yield();
        closed = true;
    }
};

rota::coro<> use(closable& connection) {
    co_await rota::sleep(std::chrono::seconds(1));
    EXPECT_FALSE(connection.closed);
}

TEST(core_samples, with_cleanup) {
    closable connection;
    auto const main = [&]() -> rota::coro<> {
        co_await rota::with_cleanup(use(connection), [&] { return connection.close(); });
    };
    rota::run(rota::runner_options(rota::engine_kind::simulated), main());
    EXPECT_TRUE(connection.closed);
}

rota::context_var<std::string> user("nobody");

TEST(core_samples, context_var) {
    std::string seen;
    auto const main = [&]() -> rota::coro<> {
        user.set("root");
        seen = user.get();
        co_return;
    };
    rota::run(rota::runner_options(rota::engine_kind::simulated), main());
    EXPECT_EQ(seen, "root");
    EXPECT_EQ(user.get(), "nobody");
}

}  // namespace
