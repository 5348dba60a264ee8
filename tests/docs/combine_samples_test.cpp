// The samples in the headers of combine/, each where a reader could have put it.
#include <rota/rota.hpp>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

rota::runner_options simulated() { return rota::runner_options(rota::engine_kind::simulated); }

rota::coro<int> page(int number, std::chrono::milliseconds delay) {
    co_await rota::sleep(delay);
    co_return number;
}

std::vector<rota::task<int>> three_tasks() {
    return {rota::create_task(page(1, 30ms)), rota::create_task(page(2, 10ms)), rota::create_task(page(3, 20ms))};
}

TEST(combine_samples, as_completed_gives_tasks) {
    std::vector<int> used;
    auto const use = [&](int number) { used.push_back(number); };
    auto const main = [&]() -> rota::coro<> {
        auto const tasks = three_tasks();
        auto finished = rota::as_completed(tasks);
        while (auto t = co_await finished.next()) use(co_await t);
    };
    rota::run(simulated(), main());
    EXPECT_EQ(used, (std::vector{2, 3, 1}));
}

TEST(combine_samples, as_completed_gives_values) {
    std::vector<int> used;
    auto const use = [&](int number) { used.push_back(number); };
    auto const main = [&]() -> rota::coro<> {
        auto const tasks = three_tasks();
        for (auto& next_done : rota::as_completed(tasks)) use(co_await next_done);
    };
    rota::run(simulated(), main());
    EXPECT_EQ(used, (std::vector{2, 3, 1}));
}

TEST(combine_samples, with_as_completed) {
    std::vector<int> shown;
    auto const show = [&](int number) { shown.push_back(number); };
    auto const main = [&]() -> rota::coro<> {
        std::vector<rota::coro<int>> pages;
        pages.push_back(page(1, 20ms));
        pages.push_back(page(2, 10ms));
        co_await rota::with_as_completed(std::move(pages), [&](auto& finished) -> rota::coro<> {
            for (auto& next_done : finished) show(co_await next_done);
        });
    };
    rota::run(simulated(), main());
    EXPECT_EQ(shown, (std::vector{2, 1}));
}

TEST(combine_samples, wait) {
    std::size_t done = 0;
    std::size_t pending = 0;
    auto const main = [&]() -> rota::coro<> {
        auto const tasks = three_tasks();
        auto waited = co_await rota::wait(tasks, rota::first_completed);
        done = waited.done.size();
        pending = waited.pending.size();
    };
    rota::run(simulated(), main());
    EXPECT_EQ(done, 1U);
    EXPECT_EQ(pending, 2U);
}

rota::coro<> serve(rota::task_ready<int>& ready) {
    ready(8080);
    co_await rota::sleep(1s);
}

TEST(combine_samples, task_group_start) {
    int told = 0;
    auto const main = [&]() -> rota::coro<> {
        co_await rota::with_task_group([&](rota::task_group& group) -> rota::coro<> {
            int const port = co_await group.start(serve);
            told = port;
        });
    };
    rota::run(simulated(), main());
    EXPECT_EQ(told, 8080);
}

int fetched = 0;

rota::coro<> fetch(std::string const url) {
    co_await rota::sleep(10ms);
    fetched += url.empty() ? 0 : 1;
}

TEST(combine_samples, task_group) {
    fetched = 0;
    auto const main = [&]() -> rota::coro<> {
        std::vector<std::string> const urls = {"a", "b", "c"};
        co_await rota::with_task_group([&](rota::task_group& group) -> rota::coro<> {
            for (auto const& url : urls) group.create_task(fetch, url);
            co_return;
        });
    };
    rota::run(simulated(), main());
    EXPECT_EQ(fetched, 3);
}

TEST(combine_samples, exception_group_split) {
    std::size_t counted = 0;
    try {
        throw rota::exception_group("two",
                                    {std::make_exception_ptr(rota::system_error(ECONNREFUSED, "connect", "here")),
                                     std::make_exception_ptr(std::runtime_error("other"))});
    } catch (rota::exception_group const& all) {
        auto [refused, rest] = all.split<rota::system_error>();
        counted = refused->exceptions().size() * 10 + rest->exceptions().size();
    }
    EXPECT_EQ(counted, 11U);
}

TEST(combine_samples, timeout_scope) {
    bool expired = false;
    auto const main = [&]() -> rota::coro<> {
        auto const body = [] { return rota::with_shield(rota::sleep(20ms)); };
        rota::timeout_scope scope{10ms};
        co_await rota::with_timeout(scope, body);
        bool const late = scope.expired();
        expired = late;
    };
    rota::run(simulated(), main());
    EXPECT_TRUE(expired);
}

}  // namespace
