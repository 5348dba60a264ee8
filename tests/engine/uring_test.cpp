#include "engine/epoll.hpp"
#include "engine/sanitizer.hpp"
#include "engine_fixture.hpp"

#include <rota/base/error.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

namespace {

using namespace engine_fixture;
using rota::engine_kind;
using rota::engine_options;
using rota::detail::make_automatic_engine;
using rota::detail::make_uring_engine;
using rota::detail::ring_calls;

template <int Error>
int refuse(unsigned, io_uring*, io_uring_params*) {
    return -Error;
}

struct refusal {
    char const* name;
    int (*setup)(unsigned, io_uring*, io_uring_params*);
    char const* reason;
};

class uring_refused : public testing::TestWithParam<refusal> {
protected:
    ring_calls calls() const {
        ring_calls made;
        made.setup = GetParam().setup;
        return made;
    }
};

INSTANTIATE_TEST_SUITE_P(setup, uring_refused,
                         testing::Values(refusal{"ENOSYS", &refuse<ENOSYS>, "io_uring_setup: Function not implemented"},
                                         refusal{"EPERM", &refuse<EPERM>, "io_uring_setup: Operation not permitted"},
                                         refusal{"EACCES", &refuse<EACCES>, "io_uring_setup: Permission denied"},
                                         refusal{"ENOMEM", &refuse<ENOMEM>, "io_uring_setup: Cannot allocate memory"},
                                         refusal{"EMFILE", &refuse<EMFILE>, "io_uring_setup: Too many open files"},
                                         refusal{"EINVAL", &refuse<EINVAL>, "io_uring_setup: Invalid argument"}),
                         [](auto const& tested) { return tested.param.name; });

TEST_P(uring_refused, automatic_does_without_and_says_why) {
    auto const engine = make_automatic_engine({}, calls());
    EXPECT_EQ(engine->kind(), engine_kind::epoll);
    EXPECT_EQ(engine->fallback_reason(), GetParam().reason);
    engine->wake();
    EXPECT_EQ(engine->wait(rota::clock::never()), rota::wait_outcome::events);
}

TEST_P(uring_refused, asked_for_by_name_it_is_an_error) {
    try {
        make_uring_engine(engine_options(engine_kind::uring), calls());
        FAIL() << "there is an engine";
    } catch (rota::system_error const& error) {
        EXPECT_STREQ(error.what(), GetParam().reason);
        EXPECT_EQ(error.operation(), "io_uring_setup");
    }
}

std::size_t open_descriptors() {
    std::size_t count = 0;
    for (int descriptor = 0; descriptor != 256; ++descriptor) count += fcntl(descriptor, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

TEST(uring_refused, a_missing_opcode_means_no_ring_and_leaves_none_open) {
    auto const before = open_descriptors();
    ring_calls calls;
    calls.supports = [](io_uring_probe const*, int code) { return code != IORING_OP_SEND; };
    {
        auto const engine = make_automatic_engine({}, calls);
        EXPECT_EQ(engine->kind(), engine_kind::epoll);
        EXPECT_EQ(engine->fallback_reason(), "io_uring_setup without IORING_OP_SEND: Function not implemented");
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(uring_refused, a_missing_feature_means_no_ring) {
    ring_calls calls;
    calls.setup = [](unsigned entries, io_uring* ring, io_uring_params* parameters) {
        int const result = io_uring_queue_init_params(entries, ring, parameters);
        ring->features &= ~IORING_FEAT_EXT_ARG;
        return result;
    };
    auto const engine = make_automatic_engine({}, calls);
    EXPECT_EQ(engine->kind(), engine_kind::epoll);
    EXPECT_EQ(engine->fallback_reason(), "io_uring_setup without IORING_FEAT_EXT_ARG: Function not implemented");
}

// A sandbox that knows of the setup and forgot the rest.
TEST(uring_refused, an_enter_that_is_not_allowed_means_no_ring_and_leaves_none_open) {
    auto const before = open_descriptors();
    ring_calls calls;
    calls.enter = [](int) { return -EPERM; };
    {
        auto const engine = make_automatic_engine({}, calls);
        EXPECT_EQ(engine->kind(), engine_kind::epoll);
        EXPECT_EQ(engine->fallback_reason(), "io_uring_enter: Operation not permitted");
    }
    EXPECT_EQ(open_descriptors(), before);
}

// Failing calls into a ring that is there: the one that `countdown` stands for fails with `error`, twice.
int countdown = -1;
int error = 0;

bool fails() {
    if (countdown < -1) return countdown++ < -1;
    if (countdown < 0) return false;
    if (countdown-- != 0) return false;
    countdown = -2;
    return true;
}

ring_calls failing_calls() {
    ring_calls calls;
    calls.submit = [](io_uring* ring) { return fails() ? -error : io_uring_submit(ring); };
    calls.submit_and_poll = [](io_uring* ring) { return fails() ? -error : io_uring_submit_and_get_events(ring); };
    calls.submit_and_wait = [](io_uring* ring, io_uring_cqe** first, unsigned count, __kernel_timespec* timeout,
                               sigset_t* mask) {
        return fails() ? -error : io_uring_submit_and_wait_timeout(ring, first, count, timeout, mask);
    };
    return calls;
}

class uring_trouble : public engine_test {
protected:
    ~uring_trouble() override { countdown = -1; }

    void talk() {
        auto const made = connect();
        std::vector<std::unique_ptr<receiving>> receives;
        std::array<char, 20> bytes{};
        for (auto& byte : bytes) {
            receives.push_back(std::make_unique<receiving>(made.server, &byte, std::size_t{1}));
            start(*receives.back());
        }
        send(made.client, "abcdefghij");
        for (std::size_t index = 0; index != 10; ++index) EXPECT_EQ(finish(*receives[index]), 1);
        for (std::size_t index = 10; index != 20; ++index) engine().cancel(*receives[index]);
        for (std::size_t index = 10; index != 20; ++index) EXPECT_EQ(finish(*receives[index]), -ECANCELED);
        EXPECT_EQ(std::string_view(bytes.data(), 10), "abcdefghij");
        close(made.client);
        close(made.server);
    }
};

std::unique_ptr<rota::engine> make_failing(engine_options const& options) {
    return make_uring_engine(options, failing_calls());
}

INSTANTIATE_TEST_SUITE_P(rings, uring_trouble,
                         testing::Values(contestant{"entries_256", engine_kind::uring, 256, 0, &make_failing},
                                         contestant{"entries_1", engine_kind::uring, 1, 0, &make_failing}),
                         name_of);

TEST_P(uring_trouble, an_interrupted_or_refused_enter_loses_nothing_wherever_it_comes) {
    for (int const number : {EINTR, EAGAIN, EBUSY, ETIME}) {
        for (int first = 0; first != 25; ++first) {
            SCOPED_TRACE(std::to_string(number) + " from call " + std::to_string(first));
            error = number;
            countdown = first;
            talk();
            countdown = -1;
        }
    }
}

TEST_P(uring_trouble, a_ring_that_does_not_serve_any_more_is_an_error_that_names_the_call) {
    error = EPERM;
    countdown = 0;
    try {
        engine().wait(engine().now() + 1s);
        FAIL() << "nothing was thrown";
    } catch (rota::system_error const& thrown) {
        EXPECT_STREQ(thrown.what(), "io_uring_enter: Operation not permitted");
    }
}

#if defined(ROTA_ADDRESS_SANITIZER)
// The sanitizer itself does not see what the kernel writes.
TEST(uring_death, a_buffer_that_died_before_its_receive_is_reported) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    auto const lose_the_buffer = [] {
        auto const engine = rota::make_engine(engine_options(engine_kind::uring));
        rota::io_handle on;
        engine->open_socket(rota::address_family::ipv4, on);
        engine->bind(on, rota::socket_address::from_literal("127.0.0.1", 0));
        engine->listen(on, 1);
        rota::socket_address address;
        engine->local_address(on, address);
        int const client = raw_client(address);
        accepting accept(on);
        engine->submit(accept);
        while (!accept.done) engine->wait(rota::clock::never());
        auto buffer = std::make_unique<char[]>(100);
        receiving receive(accept.accepted, buffer.get(), std::size_t{100});
        engine->submit(receive);
        engine->wait({});
        buffer.reset();
        EXPECT_EQ(::send(client, "x", 1, 0), 1);
        while (!receive.done) engine->wait(rota::clock::never());
    };
    EXPECT_DEATH(lose_the_buffer(), "a buffer must live until its operation has completed");
}
#endif

TEST(uring, another_thread_than_the_first_is_told_so) {
    auto const engine = rota::make_engine(engine_options(engine_kind::uring));
    engine->wait({});
    std::string told;
    std::thread stranger([&] {
        try {
            // With nothing to tell the kernel there would be no call: the wait has to sleep.
            engine->wait(engine->now() + 1ms);
        } catch (rota::system_error const& refused) {
            told = refused.what();
        }
    });
    stranger.join();
    EXPECT_NE(told.find("belongs to the thread that first ran it"), std::string::npos) << told;
}

TEST(uring, it_may_be_made_by_another_thread_than_the_one_that_runs_it) {
    auto const engine = rota::make_engine(engine_options(engine_kind::uring));
    std::thread runner([&] {
        engine->wake();
        EXPECT_EQ(engine->wait(rota::clock::never()), rota::wait_outcome::events);
    });
    runner.join();
}

}  // namespace
