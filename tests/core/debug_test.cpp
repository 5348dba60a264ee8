#include <rota/core/debug.hpp>

#include <rota/base/error.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace {

class debug : public testing::Test {
protected:
    void SetUp() override { rota::set_debug_mode(true); }
    void TearDown() override { rota::set_debug_mode(before_); }

private:
    bool before_ = rota::debug_mode();
};

std::string thrown_in_another_thread(std::function<void()> const& use) {
    std::string text = "nothing";
    std::thread([&] {
        try {
            use();
        } catch (rota::usage_error const& error) {
            text = error.what();
        }
    }).join();
    return text;
}

TEST_F(debug, call_soon_from_another_thread_is_an_error_that_names_the_right_call) {
    rota::run([]() -> rota::coro<> {
        auto& loop = rota::running_loop();
        auto const text = thrown_in_another_thread([&] { loop.call_soon([] {}); });
        EXPECT_NE(text.find("call_soon_threadsafe"), std::string::npos) << text;
        co_return;
    });
}

TEST_F(debug, cancelling_a_task_from_another_thread_is_an_error) {
    rota::run([]() -> rota::coro<> {
        auto const task = rota::current_task();
        auto const text = thrown_in_another_thread([&] { task.cancel(); });
        EXPECT_NE(text.find("task::cancel"), std::string::npos) << text;
        EXPECT_EQ(task.cancelling(), 0U);
        co_return;
    });
}

TEST_F(debug, the_loops_own_thread_is_not_hindered) {
    bool called = false;
    rota::run([&]() -> rota::coro<> {
        rota::running_loop().call_soon([&] { called = true; });
        co_await rota::yield();
    });
    EXPECT_TRUE(called);
}

}  // namespace
