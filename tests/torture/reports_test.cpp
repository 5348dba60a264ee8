// An error that nobody awaits is told also where there is no memory to say whose it was.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

struct no_memory : std::exception {
    char const* what() const noexcept override { return "as it was to fail"; }
};

[[noreturn]] void fail_without_memory() {
    exhausted_memory.fail_allocation(1);
    throw no_memory();
}

coro<> fails_without_memory() {
    co_await rota::yield();
    fail_without_memory();
}

/// What the exception handler is told when `failing` has been called.
template <class F>
std::string told_of(F failing) {
    std::string message;
    bool same_error = false;
    rota::run(rota::runner_options(rota::engine_kind::simulated), [&]() -> coro<> {
        rota::running_loop().set_exception_handler([&](rota::loop&, rota::exception_context const& context) {
            exhausted_memory.fail_allocation(0);
            message = context.message;
            try {
                std::rethrow_exception(context.exception);
            } catch (no_memory const&) {
                same_error = true;
            }
        });
        failing();
        for (int i = 0; i < 5 && message.empty(); ++i) co_await rota::yield();
    });
    EXPECT_TRUE(same_error);
    return message;
}

TEST(TortureReports, OfATask) {
    if (!general_memory_can_fail) GTEST_SKIP() << "the general allocator is the sanitizer's";
    EXPECT_EQ(told_of([] { create_task(fails_without_memory()); }), "out of memory");
}

TEST(TortureReports, OfACallback) {
    if (!general_memory_can_fail) GTEST_SKIP() << "the general allocator is the sanitizer's";
    EXPECT_EQ(told_of([] { rota::running_loop().call_soon(fail_without_memory); }), "out of memory");
}

}  // namespace
