#include <rota/thread/run_on_cores.hpp>

#include "io/io_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/net/open_connection.hpp>
#include <rota/net/server.hpp>
#include <rota/thread/channel.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace io_kit;
using rota::coro;

class RunOnCores : public testing::TestWithParam<contestant> {
protected:
    template <class Main>
    auto run_on(std::uint32_t cores, Main&& main) {
        return rota::run_on_cores(rota::runner_options(rota::engine_options(GetParam().kind)), cores,
                                  std::forward<Main>(main));
    }
};
INSTANTIATE_TEST_SUITE_P(OnEvery, RunOnCores, testing::ValuesIn(real_engines()), name_of);

TEST_P(RunOnCores, GivesTheResultsInTheOrderOfTheCoresEachFromALoopOfItsOwn) {
    std::barrier all_there(4);
    auto const results = run_on(4, [&](std::uint32_t core) -> coro<std::pair<std::uint32_t, std::thread::id>> {
        all_there.arrive_and_wait();
        co_await rota::sleep(1ms);
        co_return std::pair(core, std::this_thread::get_id());
    });
    std::set<std::thread::id> threads;
    for (std::uint32_t i = 0; i < 4; ++i) {
        EXPECT_EQ(results.at(i).first, i);
        threads.insert(results.at(i).second);
    }
    EXPECT_EQ(threads.size(), 4U);
    EXPECT_EQ(results.at(0).second, std::this_thread::get_id());
}

TEST_P(RunOnCores, AMainMayTakeAndGiveNothing) {
    std::atomic<int> ran{0};
    run_on(2, [&]() -> coro<> {
        ++ran;
        co_return;
    });
    EXPECT_EQ(ran, 2);
    EXPECT_EQ(rota::run_on_cores(0, []() -> coro<int> { co_return 1; }).size(), std::thread::hardware_concurrency());
}

TEST_P(RunOnCores, TheFirstErrorCancelsTheOthersAndIsWhatComesOut) {
    for (std::uint32_t const failing : {0U, 2U}) {
        std::atomic<int> cleaned_up{0};
        std::barrier all_there(3);
        auto const main = [&](std::uint32_t core) -> coro<int> {
            all_there.arrive_and_wait();
            if (core == failing) {
                co_await rota::sleep(1ms);
                throw std::runtime_error("core " + std::to_string(core));
            }
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {
                ++cleaned_up;
                throw;
            }
            co_return 0;
        };
        try {
            (void)run_on(3, main);
            FAIL() << "nothing was thrown";
        } catch (std::runtime_error const& error) {
            EXPECT_EQ(error.what(), "core " + std::to_string(failing));
        }
        EXPECT_EQ(cleaned_up, 2);
    }
}

TEST_P(RunOnCores, AMainThatCancelsItselfCancelsTheOthers) {
    auto const main = [](std::uint32_t core) -> coro<> {
        if (core == 1) rota::current_task().cancel();
        co_await rota::sleep(1h);
    };
    EXPECT_THROW(run_on(2, main), rota::cancelled_error);
}

TEST_P(RunOnCores, ServersListenAtOneAddressAndAChannelCarriesBetweenThem) {
    rota::channel<std::string> lines(1);
    rota::channel<std::uint16_t> port(0);
    auto const main = [&](std::uint32_t core) -> coro<> {
        auto handle = [&](rota::stream client) -> coro<> { co_await lines.send(co_await client.read_line()); };
        rota::server_options options;
        options.reuse_port = true;
        if (core == 0) {
            auto const server = co_await rota::start_server(handle, "127.0.0.1", 0, options);
            for (int i = 0; i < 2; ++i) co_await port.send(server.sockets().at(0).port());
            for (int i = 0; i < 8; ++i) EXPECT_EQ(co_await lines.receive(), "hello\n");
            lines.close();
            port.close();
        } else {
            auto const where = co_await port.receive();
            auto const server = co_await rota::start_server(handle, "127.0.0.1", where, options);
            for (int i = 0; i < 4; ++i) {
                auto client = co_await rota::open_connection("127.0.0.1", where);
                co_await client.write("hello\n");
                (void)co_await client.read();
            }
            (void)co_await port.next();
        }
    };
    run_on(3, main);
}

TEST_P(RunOnCores, CtrlCReachesAllAndEndsTheProgramBySignal) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    auto const child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        std::barrier all_there(3);
        run_on(3, [&]() -> coro<> {
            all_there.arrive_and_wait();
            (void)!::write(ends[1], "r", 1);
            try {
                co_await rota::sleep(1min);
            } catch (rota::cancelled_error const&) {
                (void)!::write(ends[1], "c", 1);
                throw;
            }
        });
        ::_exit(1);
    }
    ::close(ends[1]);
    std::string said;
    char letter = 0;
    while (said.size() < 3 && ::read(ends[0], &letter, 1) == 1) said += letter;
    ::kill(child, SIGINT);
    while (::read(ends[0], &letter, 1) == 1) said += letter;
    ::close(ends[0]);
    EXPECT_EQ(said, "rrrccc");
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(RunOnCoresElsewhere, InARunningLoopOrInSimulationIsMisuse) {
    auto const main = []() -> coro<> { co_return; };
    EXPECT_THROW(rota::run_on_cores(rota::runner_options(rota::engine_kind::simulated), 2, main), rota::usage_error);
    run_simulated([&]() -> coro<> {
        EXPECT_THROW(rota::run_on_cores(2, main), rota::usage_error);
        co_return;
    });
}

}  // namespace
