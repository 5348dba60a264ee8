// What `tail -f` does: shows the end of a file, and then whatever is added to it, as soon as it is there. Told of each
// change by the kernel, it looks at the file only when there is something new.
//
//     tail_follow FILE [LINES]
//
// Without arguments it makes a log of its own, follows that, and ends when the log is removed.
#include <rota/rota.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace std::chrono_literals;
using change = rota::path_change::kind;

rota::coro<> show_rest(rota::file& log) {
    while (true) {
        auto const piece = co_await log.read_some();
        if (piece.empty()) co_return;
        std::fwrite(piece.data(), 1, piece.size(), stdout);
        std::fflush(stdout);
    }
}

/// Stands where the last `count` lines begin.
rota::coro<> go_to_last_lines(rota::file& log, std::size_t count) {
    std::size_t lines = 0;
    auto all = log.lines();
    while (auto line = co_await all.next()) ++lines;
    log.seek(0);
    for (; lines > count; --lines) co_await log.read_line();
}

rota::coro<> follow(std::string path, std::size_t last_lines) {
    // Watched first, so that nothing is missed in between.
    auto watching = co_await rota::watch(path);
    auto log = co_await rota::open_file(path);
    co_await go_to_last_lines(log, last_lines);
    co_await show_rest(log);
    while (auto happened = co_await watching.next()) {
        // Asked before the reading, so that nothing can come between the last piece and the end.
        auto const status = co_await log.status();
        if (status.size < log.tell()) log.seek(0);  // it was cut, and begins anew
        co_await show_rest(log);
        // Of a file that is open still the kernel tells the removal as a change of its attributes.
        if (status.links == 0) co_return;
    }
}

rota::coro<> write_log(std::string path) {
    auto log = co_await rota::open_file(path, "a");
    for (char const* line : {"third\n", "fourth\n", "fifth\n"}) {
        co_await rota::sleep(100ms);
        co_await log.write(line);
    }
    co_await rota::remove(path);
}

rota::coro<> demo(std::string const& folder) {
    auto const path = folder + "/log";
    co_await rota::write_file(path, "nobody sees this\nfirst\nsecond\n");
    co_await rota::gather(follow(path, 2), write_log(path));
}

int main(int count, char** words) {
    if (count < 2)
        rota::run(rota::with_temporary_directory(demo));
    else
        rota::run(follow(words[1], count > 2 ? std::strtoul(words[2], nullptr, 10) : 10));
}
