// What the programs of the micro rows have in common: what a row has taken, and how that is told.
#pragma once

#include <time.h>
#include <cstdio>

/// Measures from its making to `done`, which prints
///     RESULT bench=ROW n=N wall_ns=.. cpu_ns=.. rss_b=.. wall_s=..
/// with nanoseconds and bytes for each of N operations.
class meter {
public:
    void done(char const* row, double n) const {
        double const wall = seconds(CLOCK_MONOTONIC) - wall_;
        double const cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_;
        std::printf("RESULT bench=%s n=%.0f wall_ns=%.2f cpu_ns=%.2f rss_b=%.0f wall_s=%.3f\n", row, n, wall / n * 1e9,
                    cpu / n * 1e9, (peak_bytes() - bytes_) / n, wall);
        std::fflush(stdout);
    }

private:
    static double seconds(clockid_t which) {
        timespec read{};
        clock_gettime(which, &read);
        return static_cast<double>(read.tv_sec) + static_cast<double>(read.tv_nsec) / 1e9;
    }
    // Not getrusage's, which begins with what the process had been before it became this program.
    static double peak_bytes() {
        double kilobytes = 0;
        if (std::FILE* const status = std::fopen("/proc/self/status", "r")) {
            char line[256];
            while (std::fgets(line, sizeof line, status))
                if (std::sscanf(line, "VmHWM: %lf", &kilobytes) == 1) break;
            std::fclose(status);
        }
        return kilobytes * 1024;
    }

    double bytes_ = peak_bytes();
    double wall_ = seconds(CLOCK_MONOTONIC);
    double cpu_ = seconds(CLOCK_PROCESS_CPUTIME_ID);
};
