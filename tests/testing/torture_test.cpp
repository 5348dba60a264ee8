#include <rota/testing/torture.hpp>

#include <rota/rota.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#if defined(ROTA_POOL_BYPASSED)  // by AddressSanitizer, which also tells of leaks
#include <sanitizer/lsan_interface.h>
#endif

namespace {

using namespace std::chrono_literals;
using rota::testing::allocation_torture;
using rota::testing::cancel_torture;
using rota::testing::scenario;
using rota::testing::torture_failure;

// While it lives what is allocated may be lost.
#if defined(ROTA_POOL_BYPASSED)
using leaks_expected = __lsan::ScopedDisabler;
#else
struct leaks_expected {
    leaks_expected() noexcept {}
};
#endif

template <class S>
auto making() {
    return [] { return std::make_unique<S>(); };
}

struct sleeps_three_times : scenario {
    rota::coro<> subject() override {
        co_await rota::sleep(1ms);
        co_await rota::yield();
        co_await rota::sleep(1ms);
    }
};

TEST(cancel_torture, cancels_before_each_step_once_and_twice) {
    auto const report = cancel_torture(making<sleeps_three_times>());
    EXPECT_GE(report.stopped, 2U * 5U);
    // And for each order one of each in which it had ended: cancelled once, twice one step apart, and two.
    EXPECT_EQ(report.runs, report.stopped + report.went_on + 6);
}

struct takes_its_time_to_stop : scenario {
    static inline int asked = 0;
    rota::coro<> subject() override {
        try {
            co_await rota::with_cleanup(rota::sleep(1ms), [] { return take_time(); });
        } catch (rota::cancelled_error const&) {
            asked = std::max(asked, static_cast<int>(rota::current_task().cancelling()));
            throw;
        }
    }
    static rota::coro<> take_time() {
        for (int i = 0; i < 5; ++i) co_await rota::yield();
    }
};

TEST(cancel_torture, cancels_again_as_long_as_the_first_cancel_leaves_time) {
    auto const report = cancel_torture(making<takes_its_time_to_stop>());
    EXPECT_EQ(takes_its_time_to_stop::asked, 2);
    // Once; one to five steps apart; and six, which come too late.
    EXPECT_GE(report.runs, 7U * 3U);
}

// In each turn one task leaves something half done, and the next one does the rest.
struct holds_at_the_end_of_each_turn : scenario {
    bool half_done = false;
    bool met_half_done = false;
    rota::coro<> begin() {
        for (int i = 0; i < 3; ++i) {
            half_done = true;
            co_await rota::yield();
        }
    }
    rota::coro<> subject() override {
        try {
            co_await rota::sleep(1s);
        } catch (rota::cancelled_error const&) {
            met_half_done = half_done;
            throw;
        }
    }
    rota::coro<> environment() override {
        auto const beginning = rota::create_task(begin());
        for (int i = 0; i < 3; ++i) {
            co_await rota::yield();
            half_done = false;
        }
        co_await beginning;
    }
    rota::coro<> verify() override {
        require(!met_half_done, "met what was half done");
        co_return;
    }
};

TEST(cancel_torture, cancels_between_any_two_resumes_of_a_turn) {
    try {
        cancel_torture(making<holds_at_the_end_of_each_turn>());
        FAIL() << "nothing was found";
    } catch (torture_failure const& failure) {
        EXPECT_NE(std::string(failure.what()).find("met what was half done"), std::string::npos) << failure.what();
    }
}

TEST(allocation_torture, fails_each_allocation_in_turn) {
    auto const report = allocation_torture(making<sleeps_three_times>());
    EXPECT_GE(report.stopped, 2U);
}

/// What `allocation_torture` says of it; nothing where it finds nothing.
template <class S>
std::string what_allocation_torture_finds() {
    try {
        allocation_torture(making<S>());
        return "";
    } catch (torture_failure const& failure) {
        return failure.what();
    }
}

rota::coro<> needs_a_frame() { co_return; }

struct is_left_waiting : scenario {
    rota::event go;
    rota::coro<> helps() {
        try {
            co_await needs_a_frame();
            go.set();
        } catch (std::bad_alloc const&) {}
    }
    rota::coro<> subject() override { co_await go.wait(); }
    rota::coro<> environment() override { co_await helps(); }
};

TEST(allocation_torture, tells_of_a_subject_that_waits_for_ever) {
    auto const found = what_allocation_torture_finds<is_left_waiting>();
    EXPECT_NE(found.find("the subject waits for ever"), std::string::npos) << found;
}

struct waits_for_an_environment_that_failed : scenario {
    static inline int unhelped = 0;
    bool went_on = false;
    rota::event go;
    rota::coro<> subject() override {
        co_await go.wait();
        went_on = true;
    }
    rota::coro<> environment() override {
        co_await needs_a_frame();
        go.set();
    }
    rota::coro<> verify() override {
        require(went_on || memory_ran_out(), "it did not go on");
        require(go.is_set() || environment_failed(), "nobody helped");
        unhelped += environment_failed() ? 1 : 0;
        co_await go.wait();
    }
};

TEST(allocation_torture, lets_a_subject_and_its_verify_wait_for_an_environment_that_lacked_memory) {
    EXPECT_EQ(what_allocation_torture_finds<waits_for_an_environment_that_failed>(), "");
    EXPECT_GE(waits_for_an_environment_that_failed::unhelped, 2);
}

struct loses_an_item_without_memory : scenario {
    bool taken = false;
    bool kept = false;
    rota::coro<> subject() override {
        taken = true;
        co_await needs_a_frame();
        kept = true;
    }
    rota::coro<> verify() override {
        require(taken == kept, "the item is lost");
        co_return;
    }
};

TEST(allocation_torture, tells_what_verify_found) {
    auto const found = what_allocation_torture_finds<loses_an_item_without_memory>();
    EXPECT_NE(found.find("failing frame"), std::string::npos) << found;
    EXPECT_NE(found.find("the item is lost"), std::string::npos) << found;
}

/// An error that nobody awaits where memory was short for who would have.
template <bool Expected>
struct leaves_an_error : scenario {
    static rota::coro<> fails() {
        co_await rota::yield();
        throw std::runtime_error("of nobody's concern");
    }
    rota::coro<> subject() override {
        auto const failing = rota::create_task(fails());
        co_await needs_a_frame();
        try {
            co_await failing;
        } catch (std::runtime_error const&) {}
    }
    // It ends by itself meanwhile.
    rota::coro<> verify() override { co_await rota::sleep(1ms); }
    bool expects(rota::exception_context const&) const override { return Expected; }
};

TEST(allocation_torture, tells_what_the_exception_handler_was_told_unless_it_is_expected) {
    auto const found = what_allocation_torture_finds<leaves_an_error<false>>();
    EXPECT_NE(found.find("of nobody's concern"), std::string::npos) << found;
    EXPECT_EQ(what_allocation_torture_finds<leaves_an_error<true>>(), "");
}

/// Told as well, but no more than that memory was short.
struct leaves_a_want_of_memory : scenario {
    static rota::coro<> fails() {
        try {
            co_await needs_a_frame();
        } catch (std::bad_alloc const&) {
            std::throw_with_nested(std::runtime_error("it was short"));
        }
    }
    rota::coro<> subject() override {
        rota::create_task(fails());
        co_await rota::sleep(1ms);
    }
};

TEST(allocation_torture, expects_the_handler_to_be_told_of_a_want_of_memory) {
    EXPECT_EQ(what_allocation_torture_finds<leaves_a_want_of_memory>(), "");
}

struct fails_by_itself : scenario {
    rota::coro<> subject() override {
        co_await rota::yield();
        throw std::runtime_error("by itself");
    }
};

TEST(allocation_torture, tells_of_a_subject_that_fails_with_memory_enough) {
    auto const found = what_allocation_torture_finds<fails_by_itself>();
    EXPECT_NE(found.find("no allocation had failed"), std::string::npos) << found;
}

struct leaks_a_frame : scenario {
    rota::coro<> subject() override {
        try {
            co_await rota::sleep(1ms);
        } catch (rota::cancelled_error const&) {
            lost = leaf().release();
            throw;
        }
    }
    static rota::coro<> leaf() { co_return; }
    inline static std::coroutine_handle<> lost;
};

TEST(cancel_torture, tells_of_a_frame_that_is_left_over) {
    auto const before = rota::detail::frame_pool::count().live();
    try {
        cancel_torture(making<leaks_a_frame>());
        FAIL() << "nothing was found";
    } catch (torture_failure const& failure) {
        EXPECT_NE(std::string(failure.what()).find("1 frames"), std::string::npos) << failure.what();
    }
    leaks_a_frame::lost.destroy();
    EXPECT_EQ(rota::detail::frame_pool::count().live(), before);
}

/// An error that nobody awaits where who would have was cancelled.
template <bool Expected>
struct leaves_an_error_when_cancelled : scenario {
    static rota::coro<> fails() {
        co_await rota::yield();
        throw std::runtime_error("of nobody's concern");
    }
    rota::coro<> subject() override {
        auto const failing = rota::create_task(fails());
        co_await rota::sleep(1ms);
        try {
            co_await failing;
        } catch (std::runtime_error const&) {}
    }
    rota::coro<> verify() override { co_await rota::sleep(1ms); }
    bool expects(rota::exception_context const&) const override { return Expected; }
};

TEST(cancel_torture, tells_what_the_exception_handler_was_told_unless_it_is_expected) {
    try {
        cancel_torture(making<leaves_an_error_when_cancelled<false>>());
        FAIL() << "nothing was found";
    } catch (torture_failure const& failure) {
        EXPECT_NE(std::string(failure.what()).find("cancelled before step"), std::string::npos) << failure.what();
        EXPECT_NE(std::string(failure.what()).find("of nobody's concern"), std::string::npos) << failure.what();
    }
    EXPECT_NO_THROW(cancel_torture(making<leaves_an_error_when_cancelled<true>>()));
}

struct loses_an_item : scenario {
    bool taken = false;
    bool kept = false;
    rota::coro<> subject() override {
        taken = true;
        co_await rota::yield();
        kept = true;
    }
    rota::coro<> verify() override {
        require(taken == kept, "the item is lost");
        co_return;
    }
};

/// Takes a byte at a time, and never waits.
class takes_bytes final : public rota::transport {
public:
    bool start_read(rota::receive_operation& op) noexcept override { return end(op, 0); }
    bool start_write(rota::send_operation& op) noexcept override { return end(op, 1); }
    bool start_shutdown(rota::shutdown_operation& op) noexcept override { return end(op, 0); }
    bool start_close(rota::close_operation& op) noexcept override { return end(op, 0); }
    void close() noexcept override {}
    void cancel(rota::operation&) noexcept override {}
    std::string peer_name() const override { return "nobody"; }

private:
    static bool end(rota::operation& op, std::int32_t result) noexcept {
        op.finish_at_once(result);
        return true;
    }
};

struct finds_something_while_a_stream_writes : scenario {
    rota::coro<> subject() override { co_await rota::yield(); }
    rota::coro<> environment() override {
        rota::stream slow(std::make_unique<takes_bytes>());
        co_await slow.write(std::string(1'000'000, 'x'));
    }
    rota::coro<> verify() override {
        require(false, "a fault of the program");
        co_return;
    }
};

TEST(cancel_torture, tells_what_verify_found_also_while_a_stream_has_its_turn_before_it) {
    // The environment's frame is left where it is: nobody can end what was found in that state.
    leaks_expected const here;
    try {
        cancel_torture(making<finds_something_while_a_stream_writes>());
        FAIL() << "nothing was found";
    } catch (torture_failure const& failure) {
        EXPECT_NE(std::string(failure.what()).find("a fault of the program"), std::string::npos) << failure.what();
    }
}

TEST(cancel_torture, tells_what_verify_found_and_at_which_step) {
    try {
        cancel_torture(making<loses_an_item>());
        FAIL() << "nothing was found";
    } catch (torture_failure const& failure) {
        EXPECT_NE(std::string(failure.what()).find("cancelled before step 2: "), std::string::npos) << failure.what();
        EXPECT_NE(std::string(failure.what()).find("the item is lost"), std::string::npos) << failure.what();
    }
}

}  // namespace
