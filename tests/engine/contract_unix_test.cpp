// Unix stream sockets on every engine, and the files that they leave.
#include "engine_fixture.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using namespace engine_fixture;
using rota::address_family;
using rota::socket_address;

/// A path that no other test has; what is left there goes with it.
class unix_path {
public:
    unix_path()
        : text_((std::filesystem::temp_directory_path() /
                 ("rota-" + std::to_string(getpid()) + "-" + std::to_string(++ended_so_far) + ".sock"))
                    .string()) {}
    unix_path(unix_path const&) = delete;
    unix_path& operator=(unix_path const&) = delete;
    ~unix_path() { std::remove(text_.c_str()); }
    std::string const& text() const { return text_; }
    socket_address address() const { return socket_address::from_path(text_); }

private:
    std::string text_;
};

class contract_unix : public engine_test {
protected:
    rota::io_handle unix_socket() {
        rota::io_handle opened;
        EXPECT_EQ(engine().open_socket(address_family::unix_path, opened), 0);
        return opened;
    }
    rota::io_handle unix_listener(socket_address const& at) {
        auto const opened = unix_socket();
        EXPECT_EQ(engine().bind(opened, at), 0);
        EXPECT_EQ(engine().listen(opened, 10), 0);
        return opened;
    }
    std::int32_t connect_to(socket_address const& to) {
        connecting op(unix_socket(), to);
        auto const result = run(op);
        close(op.handle());
        return result;
    }
};
INSTANTIATE_TEST_SUITE_P(engines, contract_unix, testing::ValuesIn(all_engines()), name_of);

TEST_P(contract_unix, what_one_side_sends_the_other_receives) {
    unix_path const path;
    auto const on = unix_listener(path.address());
    EXPECT_EQ(address(on), path.address());
    connecting connect(unix_socket(), path.address());
    accepting accept(on);
    start(connect);
    start(accept);
    ASSERT_EQ(finish(connect), 0);
    ASSERT_EQ(finish(accept), 0);
    EXPECT_EQ(accept.peer.family(), address_family::unix_path);
    EXPECT_EQ(accept.peer.host(), "");
    socket_address peer;
    EXPECT_EQ(engine().peer_address(connect.handle(), peer), 0);
    EXPECT_EQ(peer, path.address());
    EXPECT_EQ(address(accept.accepted), path.address());
    send(connect.handle(), "question");
    EXPECT_EQ(receive(accept.accepted, 8), "question");
    send(accept.accepted, "answer");
    close(accept.accepted);
    EXPECT_EQ(receive(connect.handle(), 100), "answer");
    close(connect.handle());
    close(on);
}

TEST_P(contract_unix, a_path_outlives_its_socket_until_it_is_removed) {
    unix_path const path;
    std::uint64_t first = 0;
    EXPECT_EQ(engine().find_socket_file(path.address(), first), -ENOENT);
    EXPECT_EQ(connect_to(path.address()), -ENOENT);
    auto const on = unix_listener(path.address());
    EXPECT_EQ(engine().find_socket_file(path.address(), first), 0);
    close(on);
    EXPECT_EQ(connect_to(path.address()), -ECONNREFUSED);
    auto const next = unix_socket();
    EXPECT_EQ(engine().bind(next, path.address()), -EADDRINUSE);
    std::uint64_t still = 0;
    EXPECT_EQ(engine().find_socket_file(path.address(), still), 0);
    EXPECT_EQ(still, first);
    EXPECT_EQ(engine().remove_socket_file(path.address()), 0);
    EXPECT_EQ(engine().remove_socket_file(path.address()), -ENOENT);
    EXPECT_EQ(engine().bind(next, path.address()), 0);
    EXPECT_EQ(connect_to(path.address()), -ECONNREFUSED);
    close(next);
}

TEST_P(contract_unix, names_of_different_engines_and_families_do_not_mix) {
    unix_path const path;
    auto const on = unix_listener(path.address());
    auto const tcp = socket();
    connecting connect(tcp, path.address());
    EXPECT_LT(run(connect), 0);
    EXPECT_EQ(engine().listen(unix_socket(), 1), -EINVAL);
    close(tcp);
    close(on);
}

class contract_unix_files : public contract_unix {};
INSTANTIATE_TEST_SUITE_P(engines, contract_unix_files, testing::ValuesIn(real_engines()), name_of);

TEST_P(contract_unix_files, a_file_that_is_no_socket_is_told) {
    unix_path const path;
    std::ofstream(path.text()) << "not a socket";
    std::uint64_t which = 0;
    EXPECT_EQ(engine().find_socket_file(path.address(), which), -ENOTSOCK);
}

TEST_P(contract_unix_files, a_connect_to_a_full_queue_is_told_at_once) {
    unix_path const path;
    auto const on = unix_socket();
    EXPECT_EQ(engine().bind(on, path.address()), 0);
    EXPECT_EQ(engine().listen(on, 0), 0);
    connecting first(unix_socket(), path.address());
    EXPECT_EQ(run(first), 0);
    EXPECT_EQ(connect_to(path.address()), -EAGAIN);
    close(first.handle());
    close(on);
}

}  // namespace
