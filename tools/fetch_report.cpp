#include "fetch_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iterator>

#include <sys/ioctl.h>
#include <unistd.h>

namespace tools {
namespace {

std::size_t terminal_width() {
    winsize size{};
    constexpr std::size_t usual = 80;
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

// One call, so that lines of several processes do not mix.
void print(std::string const& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

std::string progress_text(fetch_counts const& counts, double bytes_per_second) {
    return fmt::format("{} of {} pages, {} failed, {} at once, {}, {}/s", grouped(counts.ok + counts.failed),
                       grouped(counts.total), grouped(counts.failed), grouped(counts.running), sized(counts.bytes),
                       sized(static_cast<std::uint64_t>(bytes_per_second)));
}

}  // namespace

std::string grouped(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

std::string sized(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    constexpr char const* units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.95 && unit + 1 < std::size(units)) {
        value /= 1000;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string harmless(std::string_view text, std::size_t most) {
    std::string result;
    for (char const c : text.substr(0, most)) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f)
            result.push_back(c);
        else
            fmt::format_to(std::back_inserter(result), "\\x{:02x}", byte);
    }
    if (text.size() > most) result += "...";
    return result;
}

std::string progress_line(fetch_counts const& counts, double bytes_per_second, std::size_t width) {
    auto const text = progress_text(counts, bytes_per_second);
    constexpr std::size_t around = 3;  // Two brackets and a space.
    constexpr std::size_t narrowest = 10;
    constexpr std::size_t widest = 40;
    if (width < text.size() + around + narrowest) return text.substr(0, width);
    std::size_t const bar = std::min(width - text.size() - around, widest);
    std::size_t const done = counts.ok + counts.failed;
    std::size_t const full = counts.total == 0 ? bar : bar * done / counts.total;
    return fmt::format("[{}{}] {}", std::string(full, '#'), std::string(bar - full, '.'), text);
}

std::string summary(fetch_counts const& counts, double seconds, std::uint64_t peak_memory) {
    constexpr double mebibyte = 1024.0 * 1024.0;
    return fmt::format(
        "pages         {} ok, {} failed\n"
        "bytes         {}\n"
        "seconds       {:.2f}\n"
        "most at once  {}\n"
        "threads       {}\n"
        "peak memory   {:.1f} MiB\n",
        grouped(counts.ok), grouped(counts.failed), grouped(counts.bytes), seconds, grouped(counts.most_at_once),
        grouped(counts.threads), static_cast<double>(peak_memory) / mebibyte);
}

std::string advice(fetch_counts const& counts) {
    // One silent server among many is none of it.
    constexpr std::size_t few = 5;
    if (counts.unanswered < few || counts.most_at_once <= few) return {};
    return fmt::format(
        "rota fetch: {} pages timed out before the answer came; some servers answer few at once: try a smaller -j\n",
        grouped(counts.unanswered));
}

std::string missing(fetch_counts const& counts, std::vector<std::string_view> const& urls, bool on_terminal) {
    constexpr std::size_t most_on_terminal = 20;
    auto text = fmt::format("interrupted: {} of {} pages are whole, {} failed, {} are missing:\n", grouped(counts.ok),
                            grouped(counts.total), grouped(counts.failed), grouped(urls.size()));
    std::size_t const named = on_terminal ? std::min(urls.size(), most_on_terminal) : urls.size();
    for (std::size_t i = 0; i < named; ++i)
        text += "  " + (on_terminal ? harmless(urls[i]) : harmless(urls[i], urls[i].size())) + '\n';
    if (urls.size() > named)
        text += fmt::format("  ... and {} more; with standard error in a file (2> FILE) all are named\n",
                            grouped(urls.size() - named));
    return text;
}

void fetch_screen::tell(std::string_view line) {
    clear();
    print(std::string(line) + '\n');
}

void fetch_screen::show(fetch_counts const& counts, rota::clock::time_point now) {
    using namespace std::chrono_literals;
    if (quiet_) return;
    if (!begun_) {
        begun_ = true;
        last_shown_ = last_measured_ = now;
    }
    std::chrono::duration<double> const since = now - last_measured_;
    if (since >= 200ms) {
        // Half of what is shown is older than a second.
        double const present = static_cast<double>(counts.bytes - last_bytes_) / since.count();
        double const weight = 1 - std::exp2(-since.count());
        rate_ += weight * (present - rate_);
        last_bytes_ = counts.bytes;
        last_measured_ = now;
    }
    if (terminal_) {
        print("\r" + progress_line(counts, rate_, terminal_width() - 1) + "\x1b[K");
        drawn_ = true;
    } else if (now - last_shown_ >= 10s) {
        print(progress_text(counts, rate_) + '\n');
        last_shown_ = now;
    }
}

void fetch_screen::clear() {
    if (drawn_) print("\r\x1b[K");
    drawn_ = false;
}

}  // namespace tools
