// Files by a ring beside epoll: what `automatic` does.
#include "engine/epoll.hpp"
#include "engine_fixture.hpp"

#include <rota/base/error.hpp>
#include <rota/engine/file_operation.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using namespace engine_fixture;
using rota::open_flags;
using rota::detail::ring_calls;

using opening = observed<rota::open_file_operation>;
using reading = observed<rota::read_at_operation>;
using writing = observed<rota::write_at_operation>;
using syncing = observed<rota::sync_file_operation>;

// The call into the ring that `countdown` stands for fails with `error`, and so does the next one.
int countdown = -1;
int failures = 0;
int error = 0;

bool fails() {
    if (countdown >= 0 && countdown-- == 0) failures = 2;
    return failures != 0 && failures-- != 0;
}

std::unique_ptr<rota::engine> make_automatic(rota::engine_options const& options) {
    ring_calls calls;
    calls.submit = [](io_uring* ring) { return fails() ? -error : io_uring_submit(ring); };
    calls.submit_and_poll = [](io_uring* ring) { return fails() ? -error : io_uring_submit_and_get_events(ring); };
    return rota::detail::make_automatic_engine(options, calls);
}

class file_ring : public engine_test {
protected:
    ~file_ring() override {
        countdown = -1;
        failures = 0;
        if (!path_.empty()) unlink(path_.c_str());
    }

    rota::io_handle open_new() {
        path_ = "/tmp/rota-file-ring-" + std::to_string(getpid());
        opening op(path_.c_str(), open_flags::read | open_flags::write | open_flags::create, 0600U);
        EXPECT_EQ(run(op), 0);
        return op.opened;
    }

    /// But for the kernel's own, which it lends a ring.
    static int threads() {
        int count = 0;
        for (auto const& each : std::filesystem::directory_iterator("/proc/self/task")) {
            std::string name;
            std::getline(std::ifstream(each.path() / "comm"), name);
            count += name.starts_with("iou-") ? 0 : 1;
        }
        return count;
    }

private:
    std::string path_;
};
INSTANTIATE_TEST_SUITE_P(engines, file_ring,
                         testing::Values(contestant{"auto", rota::engine_kind::automatic, 0, 0, &make_automatic},
                                         contestant{"auto_with_a_ring_of_1", rota::engine_kind::automatic, 1, 0,
                                                    &make_automatic}),
                         name_of);

TEST_P(file_ring, writes_reads_and_syncs_without_a_thread) {
    EXPECT_EQ(engine().kind(), rota::engine_kind::epoll);
    EXPECT_EQ(engine().fallback_reason(), "");
    auto const before = threads();
    auto const file = open_new();
    std::deque<writing> writes;
    std::string const bytes = "0123456789";
    for (std::size_t place = 0; place != bytes.size(); ++place)
        start(writes.emplace_back(file, bytes.data() + place, 1U, place));
    for (auto& each : writes) EXPECT_EQ(finish(each), 1);
    syncing sync(file, false);
    EXPECT_EQ(run(sync), 0);
    std::string room(20, '?');
    reading read(file, room.data(), room.size(), 0U);
    EXPECT_EQ(run(read), 10);
    EXPECT_EQ(room.substr(0, 10), bytes);
    reading at_end(file, room.data(), room.size(), 10U);
    EXPECT_EQ(run(at_end), 0);
    EXPECT_EQ(threads(), before);
    close(file);
}

TEST_P(file_ring, sockets_are_served_while_files_are_and_the_other_way_round) {
    auto const file = open_new();
    auto const [client, server] = connect();
    for (int round = 0; round != 100; ++round) {
        writing write(file, "x", 1U, 0U);
        start(write);
        char got = 0;
        receiving receive(server, &got, std::size_t{1});
        start(receive);
        send(client, "y");
        EXPECT_EQ(finish(receive), 1);
        EXPECT_EQ(finish(write), 1);
    }
    close(client);
    close(server);
    close(file);
}

TEST_P(file_ring, one_that_is_cancelled_before_the_kernel_knows_of_it_does_nothing) {
    auto const file = open_new();
    writing write(file, "x", 1U, 0U);
    start(write);
    engine().cancel(write);
    EXPECT_EQ(finish(write), -ECANCELED);
    char got = 0;
    reading read(file, &got, 1U, 0U);
    EXPECT_EQ(run(read), 0);
    close(file);
}

TEST_P(file_ring, a_close_waits_for_what_is_under_way) {
    auto const file = open_new();
    writing write(file, "x", 1U, 0U);
    start(write);
    closing end(file);
    start(end);
    EXPECT_EQ(finish(end), 0);
    EXPECT_TRUE(write.done);
}

TEST_P(file_ring, an_interrupted_or_refused_enter_loses_nothing_wherever_it_comes) {
    auto const file = open_new();
    for (int const number : {EINTR, EAGAIN, EBUSY}) {
        for (int first = 0; first != 6; ++first) {
            SCOPED_TRACE(std::to_string(number) + " from call " + std::to_string(first));
            error = number;
            countdown = first;
            std::deque<writing> writes;
            for (std::uint64_t place = 0; place != 5; ++place) start(writes.emplace_back(file, "x", 1U, place));
            for (auto& each : writes) EXPECT_EQ(finish(each), 1);
        }
    }
    countdown = -1;
    failures = 0;
    close(file);
}

TEST_P(file_ring, one_that_does_not_serve_any_more_is_an_error_that_names_the_call) {
    auto const file = open_new();
    writing write(file, "x", 1U, 0U);
    start(write);
    error = EPERM;
    countdown = 0;
    try {
        engine().wait(engine().now() + 1s);
        FAIL() << "nothing was thrown";
    } catch (rota::system_error const& thrown) {
        EXPECT_STREQ(thrown.what(), "io_uring_enter: Operation not permitted");
    }
    failures = 0;
    EXPECT_EQ(finish(write), 1);
    close(file);
}

}  // namespace
