#include "campaign.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace random_programs {
namespace {

using rota::testing::choice_tape;
using std::chrono::steady_clock;

// All subjects together take three seconds of each run of the tests.
constexpr auto short_time = std::chrono::milliseconds(130);
constexpr std::uint64_t programs_between_looks = 16;

std::uint64_t number_from_environment(char const* name, std::uint64_t otherwise) {
    char const* const text = std::getenv(name);
    return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct checked_run {
    program ran;
    run_result result;
    std::string fault;
};

void run_checked(subject_kind const& of, choice_tape& tape, checked_run& into) {
    into.ran = generate(tape, of.operations, of.parameters);
    into.ran.network = of.network;
    run(into.ran, of.make, tape, into.result);
    into.fault = into.result.fault;
    if (!into.fault.empty()) return;
    auto const specified = of.make_model(into.ran.parameter);
    into.fault = checker(into.ran, of.operations, *specified).check(into.result);
}

std::string to_text(event const& shown, program const& ran, std::vector<operation> const& operations) {
    auto const at = std::to_string(shown.at / 1'000'000) + " ms  ";
    auto const who = shown.task < 0 ? std::string("the driver") : "task " + std::to_string(shown.task);
    auto const what = [&] { return to_text(ran.steps[shown.step], operations); };
    auto const value = std::to_string(shown.value);
    switch (shown.kind) {
        case event_kind::task_begins: return at + who + " begins";
        case event_kind::task_ends: return at + who + " ends: " + to_text(shown.result) + ", cancelling " + value;
        case event_kind::begins: return at + who + ": " + what();
        case event_kind::ends: return at + who + ": " + what() + " -> " + to_text(shown.result);
        case event_kind::leaves: return at + who + ": end of " + what();
        case event_kind::cancels: return at + who + " cancels task " + value;
        case event_kind::enters: return at + who + ": enter " + what();
        case event_kind::body_ends: return at + who + ": body of " + what() + " ends: " + to_text(shown.result);
        case event_kind::exits: return at + who + ": leave " + what() + " -> " + to_text(shown.result);
        case event_kind::moves: return at + who + ": " + what() + " -> " + to_text(shown.result);
        case event_kind::acknowledges: return at + who + " acknowledges a cancel, " + value + " left";
        case event_kind::tells: return at + "the subject tells " + value;
        case event_kind::stuck: return at + "nothing can happen, state " + value;
    }
    return at;
}

void show(subject_kind const& of, checked_run const& failed, choice_tape const& tape) {
    std::string text = to_text(failed.ran, of.operations, of.name) + "what happened:\n";
    for (std::size_t i = 0; i < failed.result.log.size() && i < 200; ++i)
        text.append(std::to_string(i) + ": " + to_text(failed.result.log[i], failed.ran, of.operations) + "\n");
    ADD_FAILURE() << failed.fault << "\n" << text << "again: ROTA_RANDOM_TAPE=\"" << tape.to_string() << "\"";
}

void shrink_and_show(subject_kind const& of, choice_tape const& failing) {
    checked_run trial;
    auto const fails = [&](choice_tape& tape) {
        run_checked(of, tape, trial);
        return !trial.fault.empty();
    };
    choice_tape least(rota::testing::shrink(failing.choices(), fails).choices);
    fails(least);
    show(of, trial, least);
}

}  // namespace

void campaign(subject_kind const& of) {
    checked_run trial;
    if (char const* const recorded = std::getenv("ROTA_RANDOM_TAPE")) {
        auto tape = choice_tape::from_string(recorded);
        run_checked(of, tape, trial);
        show(of, trial, tape);
        return;
    }
    auto const fresh = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    auto const seed = number_from_environment("ROTA_RANDOM_SEED", fresh % 1'000'000'000);
    auto const wanted = number_from_environment("ROTA_RANDOM_PROGRAMS", 0);
    auto const start = steady_clock::now();
    std::uint64_t programs = 0;
    std::uint64_t steps = 0;
    bool failed = false;
    while (!failed && (wanted == 0 || programs < wanted)) {
        if (wanted == 0 && programs % programs_between_looks == 0 && steady_clock::now() - start > short_time) break;
        choice_tape tape(seed + programs++);
        run_checked(of, tape, trial);
        for (auto const& noted : trial.result.log)
            if (noted.kind == event_kind::begins) ++steps;
        failed = !trial.fault.empty();
        if (failed) shrink_and_show(of, tape);
    }
    auto const seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
    std::printf("random %-18s %9llu programs %10llu steps %8.2f s  seed %llu\n", of.name,
                static_cast<unsigned long long>(programs), static_cast<unsigned long long>(steps), seconds,
                static_cast<unsigned long long>(seed));
    if (failed)
        std::printf("random %s: program %llu of this seed failed\n", of.name,
                    static_cast<unsigned long long>(programs));
}

}  // namespace random_programs
