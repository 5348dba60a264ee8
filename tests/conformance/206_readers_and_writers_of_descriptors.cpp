// A reader is called for as long as there is something to read, a writer as long as there is room.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace program_206 {
using namespace std::chrono_literals;
using conformance::print;

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw std::runtime_error("socketpair");
    int const near = ends[0];
    int const far = ends[1];
    auto done = rota::create_future<std::string>();
    std::vector<std::string> said;
    auto const readable = [&](std::string const& what) {
        char byte = 0;
        if (::recv(near, &byte, 1, 0) != 1) throw std::runtime_error("recv");
        said.push_back(what + " " + byte);
        if (byte == 'c') done.set_result("all");
    };
    loop.add_reader(near, readable, std::string("first"));
    loop.add_reader(near, readable, std::string("second"));
    if (::send(far, "abc", 3, 0) != 3) throw std::runtime_error("send");
    std::string const all = co_await done;
    print(all, said);
    bool const removed = loop.remove_reader(near);
    print(removed, loop.remove_reader(near));

    int calls = 0;
    auto enough = rota::create_future<>();
    loop.add_writer(near, [&] {
        if (++calls != 3) return;
        print("removed:", loop.remove_writer(near));
        enough.set_result();
    });
    co_await enough;
    co_await rota::sleep(10ms);
    print("calls:", calls);

    std::vector<std::string> told;
    loop.set_exception_handler([&](rota::loop&, rota::exception_context const& of) {
        try {
            std::rethrow_exception(of.exception);
        } catch (std::exception const& error) {
            told.push_back(error.what());
        }
    });
    auto again = rota::create_future<>();
    loop.add_reader(near, [&] {
        if (told.empty()) throw std::runtime_error("at first");
        loop.remove_reader(near);
        again.set_result();
    });
    if (::send(far, "d", 1, 0) != 1) throw std::runtime_error("send");
    co_await again;
    print(told);

    ::close(far);
    auto ended = rota::create_future<std::string>();
    loop.add_reader(near, [&] {
        std::array<char, 10> data{};
        if (::recv(near, data.data(), data.size(), 0) != 0) return;
        loop.remove_reader(near);
        ended.set_result("end");
    });
    print(co_await ended);
    ::close(near);
}

conformance::program const here(async_main);
}  // namespace program_206
