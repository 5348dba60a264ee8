// What the loads have in common: what they are told, and the turns that they take. A load that is warm prints `ready`; then,
// for each line that it reads, it does its work for the time it was given, awaits what is on its way, and prints a RESULT. It
// ends with its input. So several loads can be warm at once, and work in turns.
#pragma once

#include "histogram.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>

namespace load {

using steady = std::chrono::steady_clock;

struct options {
    std::uint16_t port;
    std::size_t connections;
    std::size_t size;
    steady::duration turn;
    /// Never sleeps, so that it is not what wakes up late.
    bool spins;
    /// connect-load: how many connections it holds.
    std::size_t held;
};

inline options options_of(int count, char** words) {
    std::map<std::string_view, double> given{{"--port", 0},    {"--connections", 1}, {"--size", 64},
                                             {"--seconds", 1}, {"--spin", 0},        {"--hold", 0}};
    for (int i = 1; i < count; i += 2) {
        auto const option = given.find(words[i]);
        if (option == given.end() || i + 1 == count) {
            std::fprintf(stderr,
                         "usage: %s --port P [--connections N] [--size BYTES] [--seconds T] [--spin 1] [--hold N]\n",
                         words[0]);
            std::exit(2);
        }
        option->second = std::atof(words[i + 1]);
    }
    return {static_cast<std::uint16_t>(given["--port"]),
            static_cast<std::size_t>(given["--connections"]),
            static_cast<std::size_t>(given["--size"]),
            std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(given["--seconds"])),
            given["--spin"] != 0,
            static_cast<std::size_t>(given["--hold"])};
}

inline void tell_ready() {
    std::puts("ready");
    std::fflush(stdout);
}

/// Waits for a line; false where there are no more.
inline bool next_turn() {
    for (int read = 0; (read = std::getchar()) != EOF;)
        if (read == '\n') return true;
    return false;
}

/// Long enough for servers that compile themselves while they run.
inline constexpr std::chrono::milliseconds warm_up{200};

/// Warms a load up, and lets it take turns until its input ends. WORK(for how long, histogram) begins
/// messages for so long and ends when all are answered.
template <typename Work>
void take_turns(steady::duration turn, Work work) {
    histogram took;
    work(warm_up, took);
    tell_ready();
    while (next_turn()) {
        took.clear();
        auto const began = steady::now();
        work(turn, took);
        std::printf("RESULT messages=%llu seconds=%.4f p50_us=%.1f p99_us=%.1f\n",
                    static_cast<unsigned long long>(took.all()),
                    std::chrono::duration<double>(steady::now() - began).count(), took.microseconds_at(0.5),
                    took.microseconds_at(0.99));
        std::fflush(stdout);
    }
}

}  // namespace load
