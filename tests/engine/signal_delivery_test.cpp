#include "engine/signal_delivery.hpp"

#include <rota/base/error.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace {

using rota::detail::signal_subscription;
using rota::detail::signal_target;

void count(void* whom, int) noexcept { ++*static_cast<std::atomic<int>*>(whom); }

struct sigaction disposition_of(int signal) {
    struct sigaction now{};
    ::sigaction(signal, nullptr, &now);
    return now;
}

void programs_own(int) {}

TEST(signal_delivery, each_subscription_is_told) {
    std::atomic<int> first{0};
    std::atomic<int> second{0};
    {
        signal_subscription const one(SIGUSR1, &count, &first);
        ::raise(SIGUSR1);
        signal_subscription const two(SIGUSR1, &count, &second);
        ::raise(SIGUSR1);
    }
    EXPECT_EQ(first, 2);
    EXPECT_EQ(second, 1);
}

TEST(signal_delivery, more_than_a_block_of_them_are_told) {
    std::atomic<int> told{0};
    {
        std::vector<std::unique_ptr<signal_subscription>> many;
        for (int each = 0; each < 100; ++each)
            many.push_back(std::make_unique<signal_subscription>(SIGUSR1, &count, &told));
        ::raise(SIGUSR1);
    }
    EXPECT_EQ(told, 100);
}

TEST(signal_delivery, what_was_there_is_back_when_the_last_one_goes) {
    struct sigaction own{};
    own.sa_handler = &programs_own;
    own.sa_flags = static_cast<int>(SA_RESTART | SA_NODEFER);
    struct sigaction before{};
    ::sigaction(SIGUSR2, &own, &before);
    std::atomic<int> told{0};
    std::optional<signal_subscription> first(std::in_place, SIGUSR2, &count, &told);
    std::optional<signal_subscription> second(std::in_place, SIGUSR2, &count, &told);
    first.reset();
    EXPECT_NE(disposition_of(SIGUSR2).sa_handler, &programs_own);
    ::raise(SIGUSR2);
    EXPECT_EQ(told, 1);
    second.reset();
    EXPECT_EQ(disposition_of(SIGUSR2).sa_handler, &programs_own);
    EXPECT_NE(disposition_of(SIGUSR2).sa_flags & static_cast<int>(SA_NODEFER), 0);
    ::sigaction(SIGUSR2, &before, nullptr);
}

TEST(signal_delivery, what_the_program_put_in_its_place_meanwhile_stays) {
    auto const before = disposition_of(SIGUSR2);
    {
        std::atomic<int> told{0};
        signal_subscription const one(SIGUSR2, &count, &told);
        std::signal(SIGUSR2, &programs_own);
    }
    EXPECT_EQ(disposition_of(SIGUSR2).sa_handler, &programs_own);
    ::sigaction(SIGUSR2, &before, nullptr);
}

TEST(signal_delivery, what_can_not_be_had_is_refused) {
    std::atomic<int> told{0};
    for (int const signal : {SIGKILL, SIGSTOP, SIGSEGV, 0, -1, 32, 65, 1000})
        EXPECT_THROW((signal_subscription(signal, &count, &told)), rota::usage_error) << signal;
    try {
        signal_subscription const refused(SIGKILL, &count, &told);
    } catch (rota::usage_error const& error) {
        EXPECT_STREQ(error.what(), "signal 9: SIGKILL and SIGSTOP can not be received, the kernel acts on them");
    }
}

// A handler in another thread is about to use what is being destroyed here.
TEST(signal_delivery, the_end_waits_for_a_handler_that_is_inside) {
    struct gate {
        std::atomic<bool> inside{false};
        std::atomic<bool> open{false};
    } at;
    auto const stand = [](void* whom, int) noexcept {
        auto& here = *static_cast<gate*>(whom);
        here.inside = true;
        while (!here.open) {}
        here.inside = false;
    };
    signal_target target;
    target.set(SIGUSR1, stand, &at);
    std::atomic<bool> ended{false};
    std::thread in_handler([&] { target.tell(SIGUSR1); });
    while (!at.inside) std::this_thread::yield();
    std::thread ending([&] {
        target.clear();
        EXPECT_FALSE(at.inside);
        ended = true;
    });
    while (target.is_set()) std::this_thread::yield();
    for (int turn = 0; turn < 100; ++turn) std::this_thread::yield();
    EXPECT_FALSE(ended);
    at.open = true;
    ending.join();
    in_handler.join();
    EXPECT_FALSE(target.tell(SIGUSR1));
}

TEST(signal_delivery, subscriptions_come_and_go_under_a_storm_of_signals) {
    std::atomic<bool> stop{false};
    std::atomic<int> of_all{0};
    signal_subscription const outer(SIGUSR1, &count, &of_all);
    std::thread storm([&] {
        while (!stop) ::raise(SIGUSR1);
    });
    for (int round = 0; round < 2000; ++round) {
        auto told = std::make_unique<std::atomic<int>>(0);
        signal_subscription const brief(SIGUSR1, &count, told.get());
        ::raise(SIGUSR1);
        EXPECT_GE(*told, 1);
    }
    stop = true;
    storm.join();
}

TEST(signal_delivery, a_forked_child_has_the_dispositions_from_before) {
    std::atomic<int> told{0};
    signal_subscription const one(SIGTERM, &count, &told);
    pid_t const child = ::fork();
    if (child == 0) {
        std::atomic<int> own{0};
        {
            signal_subscription const of_child(SIGUSR1, &count, &own);
            ::raise(SIGUSR1);
        }
        if (own != 1) ::_exit(1);
        ::raise(SIGTERM);
        ::_exit(2);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGTERM);
    ::raise(SIGTERM);
    EXPECT_EQ(told, 1);
}

}  // namespace
