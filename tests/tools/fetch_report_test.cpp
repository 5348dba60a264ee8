#include "fetch_report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace {

tools::fetch_counts some_counts() {
    tools::fetch_counts counts;
    counts.total = 2000;
    counts.ok = 990;
    counts.failed = 10;
    counts.running = 100;
    counts.most_at_once = 1500;
    counts.bytes = 1234567;
    return counts;
}

TEST(FetchReport, NumbersAreReadable) {
    EXPECT_EQ(tools::grouped(0), "0");
    EXPECT_EQ(tools::grouped(999), "999");
    EXPECT_EQ(tools::grouped(1000), "1,000");
    EXPECT_EQ(tools::grouped(18446744073709551615U), "18,446,744,073,709,551,615");
    EXPECT_EQ(tools::sized(0), "0 B");
    EXPECT_EQ(tools::sized(999), "999 B");
    EXPECT_EQ(tools::sized(1000), "1.0 kB");
    EXPECT_EQ(tools::sized(999'949), "999.9 kB");
    EXPECT_EQ(tools::sized(999'951), "1.0 MB");
    EXPECT_EQ(tools::sized(1'500'000'000), "1.5 GB");
}

TEST(FetchReport, TextFromOutsideCanNotWriteToTheTerminal) {
    EXPECT_EQ(tools::harmless("Not Found"), "Not Found");
    EXPECT_EQ(tools::harmless("\x1b[2J\n\xc2\x9b"), "\\x1b[2J\\x0a\\xc2\\x9b");
    EXPECT_EQ(tools::harmless(std::string(1000, 'x')), std::string(300, 'x') + "...");
}

TEST(FetchReport, TheBarTellsHowFarItIsAndFitsTheTerminal) {
    auto const text = "1,000 of 2,000 pages, 10 failed, 100 at once, 1.2 MB, 2.5 MB/s";
    EXPECT_EQ(tools::progress_line(some_counts(), 2.5e6, 200),
              "[" + std::string(20, '#') + std::string(20, '.') + "] " + text);
    for (std::size_t width = 1; width < 200; ++width)
        EXPECT_LE(tools::progress_line(some_counts(), 2.5e6, width).size(), width);
    EXPECT_EQ(tools::progress_line(some_counts(), 2.5e6, 70), text);
}

TEST(FetchReport, TheBarOfNothingIsFull) {
    EXPECT_TRUE(tools::progress_line({}, 0, 200).starts_with("[########################################] 0 of 0"));
}

TEST(FetchReport, TheSummaryHasALineForEachFigure) {
    EXPECT_EQ(tools::summary(some_counts(), 1.234, 50 << 20),
              "pages         990 ok, 10 failed\n"
              "bytes         1,234,567\n"
              "seconds       1.23\n"
              "most at once  1,500\n"
              "threads       1\n"
              "peak memory   50.0 MiB\n");
}

TEST(FetchReport, ManyPagesWithoutAnAnswerBringAdviceWhereManyWereAskedForAtOnce) {
    auto counts = some_counts();
    EXPECT_EQ(tools::advice(counts), "");
    counts.unanswered = 4;
    EXPECT_EQ(tools::advice(counts), "");
    counts.unanswered = 1234;
    EXPECT_EQ(tools::advice(counts),
              "rota fetch: 1,234 pages timed out before the answer came; some servers answer few at once: try a "
              "smaller -j\n");
    counts.most_at_once = 5;
    EXPECT_EQ(tools::advice(counts), "");
}

TEST(FetchReport, WhatIsMissingIsNamedOnATerminalUpToABound) {
    std::vector<std::string_view> urls(1000, "http://a/b");
    auto const told = tools::missing(some_counts(), urls, true);
    EXPECT_TRUE(
        told.starts_with("interrupted: 990 of 2,000 pages are whole, 10 failed, 1,000 are missing:\n  http://a/b\n"));
    EXPECT_TRUE(
        told.ends_with("  http://a/b\n  ... and 980 more; with standard error in a file (2> FILE) all are named\n"));
    urls.resize(20);
    EXPECT_EQ(tools::missing(some_counts(), urls, true).find("more"), std::string::npos);
}

TEST(FetchReport, WhatIsMissingIsNamedInFullWhereThereIsNoTerminal) {
    auto const longest = "http://a/" + std::string(1000, 'x');
    std::vector<std::string_view> urls(1000, "http://a/b");
    urls.emplace_back(longest);
    auto const told = tools::missing(some_counts(), urls, false);
    EXPECT_EQ(std::ranges::count(told, '\n'), 1002);
    EXPECT_TRUE(told.ends_with("  http://a/b\n  " + longest + "\n"));
}

}  // namespace
