// Keeps programs running: one that fails is started again, a few times. SIGTERM or Ctrl-C stops them all, and each has a
// second to clean up before it is killed; nothing is left behind.
#include <rota/rota.hpp>

#include <csignal>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;
namespace subprocess = rota::subprocess;

struct service {
    std::string name;
    std::string command;
    rota::event& up;
};

rota::coro<> follow(rota::process& child, service const& of) {
    while (true) {
        std::string const line = co_await child.stdout().read_line();
        if (line.empty()) break;
        std::printf("%s: %s", of.name.c_str(), line.c_str());
        of.up.set();
    }
    co_await child.wait();
}

rota::coro<int> attend(rota::process& child, service const& of) {
    auto const stop = [&]() -> rota::coro<> {
        int const code = co_await child.stop(1s);
        std::printf("%s ended with %d\n", of.name.c_str(), code);
    };
    co_await rota::with_cleanup(follow(child, of), stop);
    co_return child.returncode().value();
}

rota::coro<> supervise(service of) {
    rota::process_options options(subprocess::devnull, subprocess::pipe, subprocess::as_stdout);
    options.process_group = 0;  // Ctrl-C reaches this program alone, which hands on what it makes of it
    for (int failures = 0; failures != 3; ++failures) {
        auto starting = rota::create_subprocess_shell(options, of.command);
        int const code = co_await rota::with_process(std::move(starting), attend, of);
        if (code == 0) co_return;
        co_await rota::sleep(10ms * (failures + 1));
    }
    std::printf("%s fails again and again\n", of.name.c_str());
    std::raise(SIGTERM);  // so that this example ends by itself
}

rota::coro<> async_main() {
    rota::signal_receiver signals(SIGTERM, SIGINT);
    rota::event steady_is_up;
    rota::event flaky_is_up;
    service const steady{"steady", "trap 'exit 0' TERM; echo up; while :; do sleep 0.01; done", steady_is_up};
    service const flaky{"flaky", "echo trying; exit 3", flaky_is_up};
    co_await rota::with_task_group([&](rota::task_group& group) -> rota::coro<> {
        group.create_task(supervise, steady);
        co_await steady_is_up.wait();
        group.create_task(supervise, flaky);
        co_await signals.next();
        std::puts("stopping");
        group.cancel();
    });
}

int main() { rota::run(async_main()); }
