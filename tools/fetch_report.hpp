#pragma once

#include <rota/base/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tools {

/// `61,440`
std::string grouped(std::uint64_t number);
/// `61.4 kB`
std::string sized(std::uint64_t bytes);
/// Text from outside, fit for one line of a terminal: everything but printable ASCII is escaped, what is longer
/// than `most` is cut.
std::string harmless(std::string_view text, std::size_t most = 300);

/// What there is to tell about many pages on their way.
struct fetch_counts {
    std::size_t total = 0;
    std::size_t ok = 0;
    std::size_t failed = 0;
    std::size_t unanswered = 0;  ///< Of the failed: timed out before an answer.
    std::size_t running = 0;
    std::size_t most_at_once = 0;
    std::uint64_t bytes = 0;
    std::size_t threads = 1;
};

/// One line of `width` columns at most: a bar, pages, failures, bytes and their rate.
std::string progress_line(fetch_counts const& counts, double bytes_per_second, std::size_t width);

/// What is told at the end, a line for each figure.
std::string summary(fetch_counts const& counts, double seconds, std::uint64_t peak_memory);

/// A line of advice to whoever reads the summary; empty where there is none.
std::string advice(fetch_counts const& counts);

/// What is told where a signal ended it: how much is missing, and what: all of it by name and in full, on a terminal the
/// first twenty.
std::string missing(fetch_counts const& counts, std::vector<std::string_view> const& urls, bool on_terminal);

/// Standard error while pages are fetched: failures in lines of their own, on a terminal with a bar below them, elsewhere
/// with a plain line every ten seconds.
class fetch_screen {
public:
    fetch_screen(bool terminal, bool quiet) : terminal_(terminal), quiet_(quiet) {}
    fetch_screen(fetch_screen const&) = delete;
    fetch_screen& operator=(fetch_screen const&) = delete;
    ~fetch_screen() { clear(); }

    /// A line that stays.
    void tell(std::string_view line);
    /// Shows how far it is; cheap enough to be called ten times a second.
    void show(fetch_counts const& counts, rota::clock::time_point now);
    void clear();
    bool is_terminal() const noexcept { return terminal_; }

private:
    bool terminal_;
    bool quiet_;
    bool drawn_ = false;
    bool begun_ = false;
    rota::clock::time_point last_shown_{};
    rota::clock::time_point last_measured_{};
    std::uint64_t last_bytes_ = 0;
    double rate_ = 0;
};

}  // namespace tools
