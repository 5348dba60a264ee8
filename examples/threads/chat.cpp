// A chat over TCP: each line that a client sends goes to all the others, under its name. Every client has a queue of its own,
// so that one who reads slowly holds up nobody; who falls a hundred lines behind is dropped. Usage: chat [PORT]; without one
// it plays three guests itself.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <string>

using namespace std::chrono_literals;

struct guest {
    std::string name;
    rota::queue<std::string> to_read{100};
};

class room {
public:
    rota::coro<> serve(rota::stream client) {
        auto const name = co_await client.read_line();
        if (name.empty()) co_return;
        guest& here = guests_.emplace_back();
        here.name = name.substr(0, name.size() - 1);
        here.to_read.put_nowait("welcome, " + here.name + "\n");
        tell_others(here, here.name + " comes\n");
        co_await rota::with_cleanup(talk(client, here), [&]() -> rota::coro<> {
            tell_others(here, here.name + " goes\n");
            guests_.remove_if([&](guest const& each) { return &each == &here; });
            co_return;
        });
    }

private:
    rota::coro<> talk(rota::stream& client, guest& here) {
        // Whichever ends first, the reading or the writing, ends both.
        (void)co_await rota::select(hear(client, here), speak(client, here));
    }

    rota::coro<> hear(rota::stream& client, guest& here) {
        while (true) {
            auto const line = co_await client.read_line();
            if (line.empty()) co_return;
            tell_others(here, here.name + ": " + line);
        }
    }

    rota::coro<> speak(rota::stream& client, guest& here) {
        while (auto line = co_await here.to_read.next()) co_await client.write(*line);
    }

    void tell_others(guest const& from, std::string const& line) {
        for (guest& each : guests_) {
            if (&each == &from) continue;
            if (each.to_read.full())
                each.to_read.shutdown();
            else
                each.to_read.put_nowait(line);
        }
    }

    std::list<guest> guests_;
};

rota::coro<rota::stream> enter(std::uint16_t port, std::string name) {
    auto here = co_await rota::open_connection("127.0.0.1", port);
    co_await here.write(name + "\n");
    std::printf("%s reads: %s", name.c_str(), (co_await here.read_line()).c_str());
    co_return here;
}

rota::coro<> play(std::uint16_t port) {
    auto ann = co_await enter(port, "ann");
    auto bob = co_await enter(port, "bob");
    std::printf("ann reads: %s", (co_await ann.read_line()).c_str());
    auto cid = co_await enter(port, "cid");
    std::printf("ann reads: %s", (co_await ann.read_line()).c_str());
    std::printf("bob reads: %s", (co_await bob.read_line()).c_str());
    co_await bob.write("hello\n");
    std::printf("ann reads: %s", (co_await ann.read_line()).c_str());
    std::printf("cid reads: %s", (co_await cid.read_line()).c_str());
    co_await cid.close();
    std::printf("ann reads: %s", (co_await ann.read_line()).c_str());
}

rota::coro<> async_main(std::uint16_t port) {
    room here;
    auto const handler = [&](rota::stream client) { return here.serve(std::move(client)); };
    auto const serve = [&](rota::server& server) -> rota::coro<> {
        if (port != 0)
            co_await server.serve_forever();
        else
            co_await play(server.sockets()[0].port());
    };
    // However it ends, no guest is left in the room when that goes.
    co_await rota::with_server(rota::start_server(handler, "127.0.0.1", port), serve);
}

int main(int count, char** arguments) {
    rota::run(async_main(count > 1 ? static_cast<std::uint16_t>(std::atoi(arguments[1])) : std::uint16_t{0}));
}
