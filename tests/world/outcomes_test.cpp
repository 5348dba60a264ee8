// Runs each outcome on each engine, and holds docs/outcomes.md against the list.
#include "world/outcome.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace {

using namespace world_kit;

std::vector<outcome> in_order() {
    std::map<std::string, std::vector<outcome>> by_area;
    for (auto const& each : outcomes()) by_area[each.area].push_back(each);
    std::vector<outcome> all;
    for (auto const& [area, its_own] : by_area) all.insert(all.end(), its_own.begin(), its_own.end());
    return all;
}

struct trial {
    outcome what;
    contestant engine;
    friend std::ostream& operator<<(std::ostream& out, trial const& one) {
        return out << one.what.operation << ": " << one.what.name << ", on " << one.engine.name;
    }
};

std::vector<trial> trials() {
    using enum rota::engine_kind;
    std::vector<trial> all;
    for (auto const& each : in_order())
        for (contestant const engine : {contestant{"uring", uring}, contestant{"epoll", epoll},
                                        contestant{"simulated", simulated}, contestant{"simulated_1", simulated, 1}})
            if (each.happens_on(engine)) all.push_back({each, engine});
    return all;
}

std::string trial_name(testing::TestParamInfo<trial> const& info) {
    auto name = info.param.what.area + "_" + info.param.what.operation + "_" + info.param.what.name + "_on_" +
                info.param.engine.name;
    std::replace_if(name.begin(), name.end(), [](unsigned char each) { return std::isalnum(each) == 0; }, '_');
    return name;
}

std::size_t open_descriptors() {
    auto const listed = std::filesystem::directory_iterator("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(listed), end(listed)));
}

class Outcome : public testing::TestWithParam<trial> {};
INSTANTIATE_TEST_SUITE_P(World, Outcome, testing::ValuesIn(trials()), trial_name);

TEST_P(Outcome, HappensAndLeavesNothingOpen) {
    auto const before = open_descriptors();
    rota::engine_options options(GetParam().engine.kind);
    options.seed = GetParam().engine.seed;
    options.disk_bytes = 1'000'000;
    rota::run(rota::runner_options(options), GetParam().what.run);
    EXPECT_EQ(open_descriptors(), before);
}

std::string page() {
    std::ostringstream out;
    out << "# What can become of an operation\n\n"
           "Each line is an operation and one of its outcomes, and each \"yes\" a test, the same one on every engine. "
           "A\n"
           "number stands where an outcome can not happen, and says why. An errno is a `system_error` of that code.\n"
           "*Cancelled before* means that the request was there when the operation was awaited; *as it ends*, that it\n"
           "came while the result was under way, which is then given by this await or by the next, never lost.\n\n"
           "This page is printed by the tests: `script/outcomes` writes it anew.\n";
    std::string area;
    std::map<std::string, int> reasons;
    std::vector<std::string> notes;
    for (auto const& each : in_order()) {
        if (each.area != area) {
            area = each.area;
            std::string title = area;
            title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
            out << "\n## " << title << "\n| operation | outcome | uring | epoll | simulated |\n|---|---|---|---|---|\n";
        }
        std::string note;
        if (!each.where.why.empty()) {
            auto const [place, fresh] = reasons.try_emplace(each.where.why, static_cast<int>(reasons.size()) + 1);
            if (fresh) notes.push_back(each.where.why);
            note = "(" + std::to_string(place->second) + ")";
        }
        auto const kernel = each.where.kernel ? "yes" : note;
        auto const simulation = each.where.simulation ? "yes" : note;
        out << "| " << each.operation << " | " << each.name << " | " << kernel << " | " << kernel << " | " << simulation
            << " |\n";
    }
    out << "\n## Why not\n";
    for (std::size_t i = 0; i < notes.size(); ++i) out << i + 1 << ". " << notes[i] << "\n";
    return out.str();
}

TEST(OutcomePage, IsWhatTheTestsAre) {
    if (std::none_of(outcomes().begin(), outcomes().end(), [](auto const& each) { return each.area == "TLS"; }))
        GTEST_SKIP() << "built without TLS, whose outcomes are on the page too";
    if (std::getenv("ROTA_WRITE_OUTCOMES") != nullptr) std::ofstream(ROTA_OUTCOMES_PAGE) << page();
    std::ifstream file(ROTA_OUTCOMES_PAGE);
    std::string const written(std::istreambuf_iterator<char>(file), {});
    EXPECT_TRUE(written == page()) << "docs/outcomes.md is out of date: run script/outcomes";
}

TEST(OutcomePage, NamesEachOutcomeOnceAndSaysWhereItIsMissingWhy) {
    std::map<std::string, int> seen;
    for (auto const& each : outcomes()) {
        EXPECT_EQ(++seen[each.area + each.operation + each.name], 1) << each.operation << ": " << each.name;
        EXPECT_EQ(each.where.kernel && each.where.simulation, each.where.why.empty()) << each.operation;
    }
    EXPECT_GT(seen.size(), 100U);
}

}  // namespace
