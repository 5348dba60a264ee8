// A resolver that does not answer: the loop goes on, whoever waits may leave, and other names are found.
#include "world/outcome.hpp"

#include <rota/combine/timeout.hpp>
#include <rota/net/getaddrinfo.hpp>
#include <rota/net/open_connection.hpp>

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <string_view>

namespace {

/// Where a look-up of `never.answers` stays until it is let go.
class silence {
public:
    void enter() {
        std::unique_lock held(mutex_);
        ++inside_;
        changed_.notify_all();
        changed_.wait(held, [this] { return over_; });
        --inside_;
    }
    void wait_for(int many) {
        std::unique_lock held(mutex_);
        changed_.wait(held, [&] { return inside_ >= many; });
    }
    void begin() {
        std::lock_guard const held(mutex_);
        over_ = false;
    }
    void end() {
        std::lock_guard const held(mutex_);
        over_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int inside_ = 0;
    bool over_ = true;
};
silence silent;

}  // namespace

/// Stands before the C library's, for this program alone.
extern "C" [[gnu::visibility("default")]] int getaddrinfo(char const* name, char const* service, addrinfo const* hints,
                                                          addrinfo** found) {
    if (name != nullptr && std::string_view(name) == "never.answers") {
        silent.enter();
        return EAI_AGAIN;
    }
    using call = int (*)(char const*, char const*, addrinfo const*, addrinfo**);
    static auto const next = reinterpret_cast<call>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return next(name, service, hints, found);
}

namespace {

using namespace world_kit;

class SlowNames : public engine_test {
protected:
    void SetUp() override { silent.begin(); }
    void TearDown() override { silent.end(); }
};
INSTANTIATE_TEST_SUITE_P(OnEvery, SlowNames, testing::ValuesIn(real_engines()), name_of);

TEST_P(SlowNames, HoldUpNobodyElse) {
    run([]() -> coro<> {
        auto const asking = rota::create_task(rota::getaddrinfo("never.answers", 80));
        co_await rota::yield();
        silent.wait_for(1);
        auto const found = co_await rota::getaddrinfo("127.1", 80);
        EXPECT_FALSE(found.empty());
        EXPECT_FALSE(asking.done());
        asking.cancel();
        co_await rota::yield();
        co_await rota::yield();
        EXPECT_TRUE(asking.done());
        silent.end();
    });
}

TEST_P(SlowNames, ATimeOutOfAConnectionLeavesThemBehind) {
    run([]() -> coro<> {
        auto connect = []() -> coro<> { (void)co_await rota::open_connection("never.answers", 80); };
        auto const connecting = rota::create_task(what_of<rota::timeout_error>(rota::wait_for(connect(), 30ms)));
        co_await rota::yield();
        silent.wait_for(1);
        co_await connecting;
        silent.end();
    });
}

TEST_P(SlowNames, AnAnswerThatIsNoneIsAnErrorWithTheName) {
    run([]() -> coro<> {
        auto const asking = rota::create_task(what_of<rota::name_error>(rota::getaddrinfo("never.answers", 80)));
        co_await rota::yield();
        silent.wait_for(1);
        silent.end();
        EXPECT_EQ(co_await asking, "resolve never.answers: Temporary failure in name resolution");
    });
}

}  // namespace
