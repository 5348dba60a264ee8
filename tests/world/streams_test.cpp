// Outcomes of streams over TCP, Unix sockets and pipes.
#include "net/unix_kit.hpp"
#include "world/stream_outcomes.hpp"

#include <rota/io/connect_pipe.hpp>
#include <rota/io/memory_stream.hpp>
#include <rota/net/getaddrinfo.hpp>
#include <rota/net/open_connection.hpp>
#include <rota/net/open_unix_connection.hpp>
#include <rota/net/socket.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace {

using namespace world_kit;
using rota::address_family;
using rota::socket_address;

coro<stream_ends> connected(address_family family, socket_address at) {
    rota::socket on(family);
    on.bind(at);
    on.listen();
    rota::socket client(family);
    co_await client.connect(on.local_address());
    auto server = co_await on.accept();
    stream_ends made{rota::connect_accepted_socket(std::move(server)),
                     rota::connect_accepted_socket(std::move(client))};
    co_await on.close();
    co_return made;
}

coro<stream_ends> over_tcp() {
    auto made = co_await connected(address_family::ipv4, socket_address::from_literal("127.0.0.1", 0));
    co_return made;
}

socket_address unix_name() { return socket_address::from_path(std::string(1, '\0') + net_kit::unix_path::name()); }

coro<stream_ends> over_unix() {
    auto made = co_await connected(address_family::unix_path, unix_name());
    co_return made;
}

coro<stream_ends> over_memory() {
    auto both = rota::memory_stream_pair();
    stream_ends made{std::move(both.first), std::move(both.second)};
    co_return made;
}

coro<stream_ends> over_pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    stream_ends made{rota::connect_read_pipe(ends[0]), rota::connect_write_pipe(ends[1])};
    co_return made;
}

/// A peer that closes with bytes unread cuts what was under way.
coro<> is_reset(make_ends make) {
    auto on = co_await make();
    co_await on.reader.write("unread");
    co_await rota::sleep(5ms);
    co_await on.writer.close();
    co_await fails(std::errc::connection_reset, on.reader.read());
    co_await fails(std::errc::connection_reset, on.reader.read());
    co_await on.reader.close();
}

coro<> overruns(make_ends make) {
    auto on = co_await make();
    std::string const line(100'000, 'x');
    auto write = [&]() -> coro<> { co_await on.writer.write(line); };
    auto const writing = rota::create_task(write());
    co_await what_of<rota::limit_overrun_error>(on.reader.read_line());
    EXPECT_EQ((co_await on.reader.read_exactly(line.size())).size(), line.size());
    co_await writing;
    co_await on.reader.close();
    co_await on.writer.close();
}

bool const entered = [] {
    add_stream("streams", "TCP", stream_kind(over_tcp));
    of("streams", "TCP: read").can("ECONNRESET", [] { return is_reset(over_tcp); }).can("a line too long", [] {
        return overruns(over_tcp);
    });
    add_stream("streams", "Unix", stream_kind(over_unix));
    of("streams", "Unix: read").can("ECONNRESET", [] { return is_reset(over_unix); }).can("a line too long", [] {
        return overruns(over_unix);
    });
    stream_kind pipe(over_pipe);
    pipe.where = kernel_only("a simulation has no descriptors of the kernel's");
    pipe.both_ways = false;
    pipe.gone = {std::errc::broken_pipe};
    add_stream("streams", "pipe", pipe);
    for (named_kind const& each : {named_kind{"TCP", over_tcp}, {"Unix", over_unix}, {"pipe", over_pipe}})
        kernel_kinds().push_back(each);
    of("streams", "pipe: read")
        .can("a line too long", kernel_only("a simulation has no descriptors of the kernel's"),
             [] { return overruns(over_pipe); });
    of("streams", "pipe: open")
        .can("ENOSYS", simulation_only("a kernel has pipes"),
             []() -> coro<> {
                 int const one = ::dup(0);
                 EXPECT_THROW((void)rota::connect_read_pipe(one), rota::system_error);
                 co_return;
             })
        .can("EBADF", kernel_only("a simulation has no descriptors of the kernel's"), []() -> coro<> {
            EXPECT_THROW((void)rota::connect_read_pipe(-1), rota::system_error);
            co_return;
        });
    add_stream("streams", "memory", stream_kind(over_memory));

    of("streams", "open_connection")
        .can("ECONNREFUSED",
             []() -> coro<> {
                 rota::socket on(address_family::ipv4);
                 on.bind(socket_address::from_literal("127.0.0.1", 0));
                 auto const at = on.local_address();
                 co_await on.close();
                 co_await fails(std::errc::connection_refused, "connect " + at.to_string() + ": Connection refused",
                                rota::open_connection("127.0.0.1", at.port()));
             })
        .can("a name without an address",
             []() -> coro<> { co_await what_of<rota::name_error>(rota::open_connection("no..such", 80)); });
    of("streams", "open_unix_connection")
        .can("ECONNREFUSED",
             []() -> coro<> {
                 co_await fails(std::errc::connection_refused,
                                rota::open_unix_connection(std::string(1, '\0') + net_kit::unix_path::name()));
             })
        .can("ENAMETOOLONG", []() -> coro<> {
            co_await fails(std::errc::filename_too_long, rota::open_unix_connection(std::string(200, 'x')));
        });
    return true;
}();

}  // namespace
