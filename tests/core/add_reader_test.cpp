#include <rota/core/loop.hpp>

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/context_var.hpp>
#include <rota/core/future.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using rota::coro;

class pipe_ends {
public:
    pipe_ends() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
    pipe_ends(pipe_ends const&) = delete;
    pipe_ends& operator=(pipe_ends const&) = delete;
    ~pipe_ends() {
        for (int const end : ends_) ::close(end);
    }
    int reading() const { return ends_[0]; }
    int writing() const { return ends_[1]; }
    void put(char byte) const { EXPECT_EQ(::write(writing(), &byte, 1), 1); }
    char take() const {
        char byte = 0;
        EXPECT_EQ(::read(reading(), &byte, 1), 1);
        return byte;
    }

private:
    std::array<int, 2> ends_{};
};

int open_descriptors() {
    int count = 0;
    for (int descriptor = 0; descriptor < 1024; ++descriptor) count += ::fcntl(descriptor, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

class AddReader : public testing::TestWithParam<rota::engine_kind> {
protected:
    template <class Main>
    void run(Main&& main) {
        rota::run(rota::runner_options(GetParam()), std::forward<Main>(main));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, AddReader, testing::Values(rota::engine_kind::uring, rota::engine_kind::epoll),
                         [](auto const& engine) { return std::string(to_string(engine.param)); });

TEST_P(AddReader, IsCalledForAsLongAsThereIsSomethingToRead) {
    run([]() -> coro<> {
        pipe_ends const pipe;
        auto& loop = rota::running_loop();
        std::string read;
        auto all = rota::create_future<>();
        loop.add_reader(pipe.reading(), [&] {
            read += pipe.take();
            if (read.size() == 3) all.set_result();
        });
        for (char const byte : {'a', 'b', 'c'}) pipe.put(byte);
        co_await all;
        EXPECT_EQ(read, "abc");
        // Now there is nothing, and nobody is called.
        co_await rota::sleep(5ms);
        EXPECT_EQ(read, "abc");
        EXPECT_TRUE(loop.remove_reader(pipe.reading()));
    });
}

TEST_P(AddReader, OthersHaveTheirTurnsWhileItIsReadyAllTheTime) {
    run([]() -> coro<> {
        pipe_ends const pipe;
        pipe.put('x');
        int calls = 0;
        rota::running_loop().add_reader(pipe.reading(), [&] { ++calls; });
        int turns = 0;
        while (calls < 100) {
            co_await rota::yield();
            ++turns;
        }
        EXPECT_LE(calls, turns + 1);
        co_await rota::sleep(1ms);
        rota::running_loop().remove_reader(pipe.reading());
        int const called = calls;
        co_await rota::sleep(1ms);
        EXPECT_EQ(calls, called);
    });
}

TEST_P(AddReader, LeavesTheDescriptorAsItWas) {
    run([]() -> coro<> {
        pipe_ends const pipe;
        int const before = ::fcntl(pipe.reading(), F_GETFL);
        int const open = open_descriptors();
        auto& loop = rota::running_loop();
        loop.add_reader(pipe.reading(), [] {});
        loop.add_writer(pipe.writing(), [] {});
        EXPECT_EQ(::fcntl(pipe.reading(), F_GETFL), before);
        co_await rota::yield();
        EXPECT_TRUE(loop.remove_reader(pipe.reading()));
        EXPECT_TRUE(loop.remove_writer(pipe.writing()));
        EXPECT_FALSE(loop.remove_reader(pipe.reading()));
        EXPECT_FALSE(loop.remove_writer(pipe.writing()));
        co_await rota::sleep(1ms);
        EXPECT_EQ(open_descriptors(), open);
        pipe.put('x');
        EXPECT_EQ(pipe.take(), 'x');
    });
}

TEST_P(AddReader, ASecondOneTakesThePlaceOfTheFirst) {
    run([]() -> coro<> {
        pipe_ends const pipe;
        auto& loop = rota::running_loop();
        int first = 0;
        auto second = rota::create_future<>();
        loop.add_reader(pipe.reading(), [&] { ++first; });
        loop.add_reader(pipe.reading(), [&] {
            pipe.take();
            second.set_result();
        });
        pipe.put('x');
        co_await second;
        EXPECT_EQ(first, 0);
        EXPECT_TRUE(loop.remove_reader(pipe.reading()));
        EXPECT_FALSE(loop.remove_reader(pipe.reading()));
    });
}

TEST_P(AddReader, ReaderAndWriterOfOneDescriptorDoNotDisturbEachOther) {
    run([]() -> coro<> {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        auto& loop = rota::running_loop();
        std::vector<std::string> said;
        auto done = rota::create_future<>();
        loop.add_writer(ends[0], [&] {
            said.push_back("writable");
            loop.remove_writer(ends[0]);
            EXPECT_EQ(::write(ends[1], "x", 1), 1);
        });
        loop.add_reader(ends[0], [&] {
            said.push_back("readable");
            loop.remove_reader(ends[0]);
            done.set_result();
        });
        co_await done;
        EXPECT_EQ(said, (std::vector<std::string>{"writable", "readable"}));
        for (int const end : ends) ::close(end);
    });
}

TEST_P(AddReader, ACallThatIsDueDoesNotComeOnceItIsRemoved) {
    run([]() -> coro<> {
        pipe_ends const first;
        pipe_ends const second;
        auto& loop = rota::running_loop();
        int calls = 0;
        first.put('x');
        second.put('x');
        auto const remove_both = [&] {
            ++calls;
            loop.remove_reader(first.reading());
            loop.remove_reader(second.reading());
        };
        loop.add_reader(first.reading(), remove_both);
        loop.add_reader(second.reading(), remove_both);
        co_await rota::sleep(5ms);
        EXPECT_EQ(calls, 1);
    });
}

TEST_P(AddReader, AnExceptionReachesTheHandlerAndItGoesOn) {
    run([]() -> coro<> {
        pipe_ends const pipe;
        auto& loop = rota::running_loop();
        std::vector<std::string> told;
        loop.set_exception_handler([&](rota::loop&, rota::exception_context const& of) {
            try {
                std::rethrow_exception(of.exception);
            } catch (std::runtime_error const& error) {
                told.push_back(error.what());
            }
        });
        auto again = rota::create_future<>();
        loop.add_reader(pipe.reading(), [&, calls = 0]() mutable {
            if (++calls == 1) throw std::runtime_error("at first");
            loop.remove_reader(pipe.reading());
            again.set_result();
        });
        pipe.put('x');
        co_await again;
        EXPECT_EQ(told, std::vector<std::string>{"at first"});
    });
}

TEST_P(AddReader, IsCalledWithItsArgumentsAndInTheContextItWasAddedIn) {
    run([]() -> coro<> {
        static rota::context_var<int> number(0);
        pipe_ends const pipe;
        pipe.put('x');
        auto& loop = rota::running_loop();
        auto seen = rota::create_future<int>();
        number.set(1);
        auto const note = [&](int added) {
            loop.remove_reader(pipe.reading());
            seen.set_result(number.get() + added);
        };
        loop.add_reader(pipe.reading(), note, 10);
        number.set(2);
        EXPECT_EQ(co_await seen, 11);
    });
}

TEST_P(AddReader, WhatIsLeftGoesWithTheLoop) {
    pipe_ends const pipe;
    int const open = open_descriptors();
    auto const kept = std::make_shared<int>(1);
    run([&]() -> coro<> {
        rota::running_loop().add_reader(pipe.reading(), [kept] {});
        rota::running_loop().add_writer(pipe.writing(), [kept] {});
        co_await rota::sleep(1ms);
    });
    EXPECT_EQ(kept.use_count(), 1);
    EXPECT_EQ(open_descriptors(), open);
}

TEST_P(AddReader, ADescriptorThatIsNoneIsAnErrorThatNamesIt) {
    run([]() -> coro<> {
        try {
            rota::running_loop().add_reader(987654, [] {});
            ADD_FAILURE() << "it took it";
        } catch (rota::system_error const& error) {
            EXPECT_EQ(error.code().value(), EBADF);
            EXPECT_NE(std::string(error.what()).find("add_reader"), std::string::npos) << error.what();
            EXPECT_NE(std::string(error.what()).find("987654"), std::string::npos) << error.what();
        }
        EXPECT_FALSE(rota::running_loop().remove_reader(987654));
        co_return;
    });
}

TEST(AddReaderSimulated, ThereAreNoDescriptors) {
    rota::run(rota::runner_options(rota::engine_kind::simulated), []() -> coro<> {
        EXPECT_THROW(rota::running_loop().add_reader(0, [] {}), rota::system_error);
        co_return;
    });
}

}  // namespace
