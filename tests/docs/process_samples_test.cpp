// The samples in the headers of process/ and signal/, each where a reader could have put it.
#include <rota/rota.hpp>

#include <gtest/gtest.h>

namespace {

rota::runner_options real() { return rota::runner_options(rota::engine_kind::automatic); }

TEST(process_samples, create_subprocess_exec) {
    rota::process_options const pipes(rota::subprocess::pipe, rota::subprocess::pipe);
    auto const main = [&]() -> rota::coro<std::string> {
        auto sort = co_await rota::create_subprocess_exec(pipes, "sort", "-u");
        auto const said = co_await sort.communicate("b\na\nb\n");
        co_return said.out;
    };
    EXPECT_EQ(rota::run(real(), main()), "a\nb\n");
}

TEST(process_samples, with_process) {
    rota::process_options const pipes(rota::subprocess::pipe, rota::subprocess::pipe);
    auto const main = [&]() -> rota::coro<> {
        auto const talk = [](rota::process& child) -> rota::coro<> { co_await child.stdin().write("q"); };
        co_await rota::with_process(rota::create_subprocess_exec(pipes, "cat"), talk);
    };
    rota::run(real(), main());
}

}  // namespace
