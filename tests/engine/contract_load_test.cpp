#include "engine_fixture.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace {

using namespace engine_fixture;
using rota::wait_outcome;

class contract_load : public engine_test {
protected:
    many_descriptors descriptors;

    std::vector<connection> connections(int count) {
        auto const on = listener();
        std::vector<connection> made;
        for (int number = 0; number != count; ++number) made.push_back(connect(on));
        close(on);
        return made;
    }
};
INSTANTIATE_TEST_SUITE_P(engines, contract_load, testing::ValuesIn(all_engines()), name_of);

class contract_limits : public real_engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_limits, testing::ValuesIn(real_engines()), name_of);

TEST_P(contract_load, a_thousand_operations_are_pending_at_once_and_each_ends_in_its_own_way) {
    auto const made = connections(500);
    std::vector<char> bytes(1000);
    std::vector<std::unique_ptr<receiving>> receives;
    for (auto const& one : made) {
        for (auto const handle : {one.client, one.server}) {
            receives.push_back(std::make_unique<receiving>(handle, &bytes[receives.size()], std::size_t{1}));
            EXPECT_TRUE(start(*receives.back()));
        }
    }
    EXPECT_EQ(engine().pending(), 1000U);
    poll();
    EXPECT_EQ(engine().pending(), 1000U);
    // All at once: the client's ends are cancelled, the servers' get a byte.
    std::vector<std::unique_ptr<sending>> sends;
    for (std::size_t index = 0; index != made.size(); ++index) {
        engine().cancel(*receives[2 * index]);
        sends.push_back(std::make_unique<sending>(made[index].client, "x", std::size_t{1}));
        start(*sends.back());
    }
    wait_until([&] { return engine().pending() == 0; });
    for (std::size_t index = 0; index != made.size(); ++index) {
        EXPECT_EQ(sends[index]->result(), 1);
        EXPECT_EQ(receives[2 * index]->result(), -ECANCELED);
        EXPECT_EQ(receives[2 * index + 1]->result(), 1);
        EXPECT_EQ(bytes[2 * index + 1], 'x');
    }
    for (auto const& one : made) {
        engine().close(one.client);
        engine().close(one.server);
    }
}

TEST_P(contract_load, a_thousand_cancels_at_once_are_all_answered) {
    auto const made = connections(500);
    std::vector<char> bytes(1000);
    std::vector<std::unique_ptr<receiving>> receives;
    for (auto const& one : made)
        for (auto const handle : {one.client, one.server})
            receives.push_back(std::make_unique<receiving>(handle, &bytes[receives.size()], std::size_t{1}));
    for (bool const told : {false, true}) {
        for (auto& op : receives) EXPECT_TRUE(start(*op));
        if (told) poll();
        for (auto& op : receives) engine().cancel(*op);
        wait_until([&] { return engine().pending() == 0; });
        for (auto& op : receives) EXPECT_EQ(op->result(), -ECANCELED);
    }
    for (auto const& one : made) {
        engine().close(one.client);
        engine().close(one.server);
    }
}

TEST_P(contract_load, five_hundred_closes_with_operations_pending_all_end) {
    auto const made = connections(250);
    std::vector<char> bytes(500);
    std::vector<std::unique_ptr<receiving>> receives;
    std::vector<std::unique_ptr<closing>> closes;
    for (auto const& one : made) {
        for (auto const handle : {one.client, one.server}) {
            receives.push_back(std::make_unique<receiving>(handle, &bytes[receives.size()], std::size_t{1}));
            EXPECT_TRUE(start(*receives.back()));
        }
    }
    poll();
    for (auto const& one : made) {
        for (auto const handle : {one.client, one.server}) {
            closes.push_back(std::make_unique<closing>(handle));
            start(*closes.back());
        }
    }
    wait_until([&] { return engine().pending() == 0; });
    for (auto& op : closes) EXPECT_TRUE(op->done && op->result() == 0);
    // The peer's close may have been quicker than one's own cancel.
    for (auto& op : receives) EXPECT_TRUE(op->result() == -ECANCELED || op->result() == 0) << op->result();
}

/// Lets no descriptor be opened beyond those there are.
class no_more_descriptors {
public:
    no_more_descriptors() {
        int highest = 0;
        for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd"))
            highest = std::max(highest, std::stoi(entry.path().filename().string()));
        getrlimit(RLIMIT_NOFILE, &before_);
        // The listing's own descriptor is counted and free again: fill what is left below the limit.
        auto const none = rlimit{static_cast<rlim_t>(highest) + 1, before_.rlim_max};
        setrlimit(RLIMIT_NOFILE, &none);
        for (int filler = dup(0); filler >= 0; filler = dup(0)) fillers_.push_back(filler);
    }
    ~no_more_descriptors() {
        for (int const filler : fillers_) ::close(filler);
        setrlimit(RLIMIT_NOFILE, &before_);
    }
    no_more_descriptors(no_more_descriptors const&) = delete;
    no_more_descriptors& operator=(no_more_descriptors const&) = delete;

private:
    rlimit before_{};
    std::vector<int> fillers_;
};

TEST_P(contract_limits, an_accept_without_a_free_descriptor_says_so_and_the_connection_waits) {
    auto const on = listener();
    connecting connect(socket(), address(on));
    {
        start(connect);
        EXPECT_EQ(finish(connect), 0);
        no_more_descriptors const limit;
        accepting refused(on);
        EXPECT_EQ(run(refused), -EMFILE);
        // Nobody accepts now, so the connection that waits must not keep the engine from sleeping.
        EXPECT_EQ(engine().wait(engine().now() + 5ms), wait_outcome::deadline);
        rota::io_handle handle;
        EXPECT_EQ(engine().open_socket(rota::address_family::ipv4, handle), -EMFILE);
    }
    accepting accept(on);
    EXPECT_EQ(run(accept), 0);
    close(accept.accepted);
    close(connect.handle());
    close(on);
}

}  // namespace
