// Cancelled at every point, or short of memory: no signal is lost, and what was there before is back.
#include "torture_kit.hpp"

#include <csignal>

namespace {

using namespace torture_kit;

struct receives : scenario {
    rota::signal_receiver signals{SIGUSR1};
    int got = 0;
    coro<> subject() override { got = co_await signals.next(); }
    coro<> environment() override {
        co_await rota::yield();
        ::raise(SIGUSR1);
    }
    coro<> verify() override {
        if (got == 0) got = co_await signals.next();
        require(got == SIGUSR1, "it is another signal");
    }
};

TEST(TortureSignals, Next) {
    torture<receives>("signal_receiver.next", real_engines);
    struct sigaction now{};
    ::sigaction(SIGUSR1, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_DFL);
}

}  // namespace
