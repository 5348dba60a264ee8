#include <rota/testing/choice_tape.hpp>

#include <rota/base/error.hpp>
#include "engine/simulated_decisions.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rota::inline v0::testing {
namespace {

using choices_type = choice_tape::choices_type;

void drop_zeros_at_end(choices_type& choices) {
    while (!choices.empty() && choices.back() == 0) choices.pop_back();
}

bool simpler(choices_type const& a, choices_type const& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// The best run so far, and how to try others.
class shrinking {
public:
    shrinking(choices_type failing, std::function<bool(choice_tape&)> const& fails, std::size_t most_runs)
        : fails_(fails), most_runs_(most_runs) {
        drop_zeros_at_end(failing);
        result_.choices = failing;
        choice_tape tape(std::move(failing));
        if (run(tape)) keep(tape);
    }

    shrunk run_to_end() {
        while (fails_at_all_ && !result_.gave_up) {
            auto const before = result_.choices;
            cut_end();
            take_out_parts();
            for (std::size_t const width : {8u, 4u, 2u, 1u}) take_out(width);
            set_to_zero();
            lower_each();
            move_between_neighbours();
            if (result_.choices == before) break;
        }
        return std::move(result_);
    }

private:
    bool run(choice_tape& tape) {
        if (result_.runs == most_runs_) {
            result_.gave_up = true;
            return false;
        }
        ++result_.runs;
        return fails_(tape);
    }

    void keep(choice_tape& tape) {
        fails_at_all_ = true;
        result_.choices = tape.choices();
        parts_ = tape.parts();
        drop_zeros_at_end(result_.choices);
    }

    bool attempt(choices_type candidate) {
        drop_zeros_at_end(candidate);
        if (!simpler(candidate, result_.choices)) return false;
        choice_tape tape(std::move(candidate));
        if (!run(tape)) return false;
        // What the run made of the candidate may be longer than it.
        choices_type made = tape.choices();
        drop_zeros_at_end(made);
        if (!simpler(made, result_.choices)) return false;
        keep(tape);
        return true;
    }

    bool attempt_without(std::size_t begin, std::size_t end) {
        auto const& now = result_.choices;
        if (begin >= now.size()) return false;
        choices_type candidate(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(begin));
        if (end < now.size())
            candidate.insert(candidate.end(), now.begin() + static_cast<std::ptrdiff_t>(end), now.end());
        return attempt(std::move(candidate));
    }

    void cut_end() {
        for (std::size_t cut = result_.choices.size(); cut > 0; cut /= 2)
            while (cut <= result_.choices.size() &&
                   attempt_without(result_.choices.size() - cut, result_.choices.size())) {}
    }

    // From the end, so that a part that is gone does not move those still to be tried; large ones first, as each lies
    // behind what it holds.
    void take_out_parts() {
        for (std::size_t i = parts_.size(); i-- > 0;) {
            if (i >= parts_.size()) continue;
            attempt_without(parts_[i].begin, parts_[i].end);
        }
    }

    void take_out(std::size_t width) {
        for (std::size_t begin = result_.choices.size(); begin-- > 0;) attempt_without(begin, begin + width);
    }

    void set_to_zero() {
        for (std::size_t width = 8; width > 0; width /= 2)
            for (std::size_t begin = 0; begin < result_.choices.size(); begin += width) {
                auto candidate = result_.choices;
                auto const end = std::min(begin + width, candidate.size());
                std::fill(candidate.begin() + static_cast<std::ptrdiff_t>(begin),
                          candidate.begin() + static_cast<std::ptrdiff_t>(end), 0);
                attempt(std::move(candidate));
            }
    }

    bool attempt_value(std::size_t at, std::uint64_t value) {
        auto candidate = result_.choices;
        candidate[at] = value;
        return attempt(std::move(candidate));
    }

    // Halving the distance, then one by one where that is not the least.
    void lower_each() {
        for (std::size_t at = 0; at < result_.choices.size(); ++at) {
            std::uint64_t too_low = 0;
            while (at < result_.choices.size() && result_.choices[at] > too_low + 1) {
                auto const middle = too_low + (result_.choices[at] - too_low) / 2;
                if (!attempt_value(at, middle)) too_low = middle;
            }
            while (at < result_.choices.size() && result_.choices[at] > 0 &&
                   attempt_value(at, result_.choices[at] - 1)) {}
        }
    }

    // What one choice loses the next may need: one item less, and the number behind it one lower.
    void move_between_neighbours() {
        for (std::size_t at = 0; at + 1 < result_.choices.size(); ++at) {
            if (result_.choices[at] == 0) continue;
            auto candidate = result_.choices;
            std::swap(candidate[at], candidate[at + 1]);
            attempt(std::move(candidate));
        }
        for (std::size_t begin = 0; begin < result_.choices.size(); ++begin)
            for (std::size_t const back : {1u, 2u, 3u, 4u}) {
                if (back > begin || result_.choices[begin - back] == 0) continue;
                auto candidate = result_.choices;
                --candidate[begin - back];
                candidate.erase(candidate.begin() + static_cast<std::ptrdiff_t>(begin));
                if (attempt(std::move(candidate))) break;
            }
    }

    std::function<bool(choice_tape&)> const& fails_;
    std::size_t most_runs_;
    shrunk result_;
    std::vector<choice_tape::part> parts_;
    bool fails_at_all_ = false;
};

}  // namespace

choice_tape::choice_tape(std::uint64_t seed) : state_(seed) {}
choice_tape::choice_tape(choices_type recorded) : recorded_(std::move(recorded)), replays_(true) {}
choice_tape::~choice_tape() = default;

std::uint64_t choice_tape::choose(std::uint64_t bound) noexcept {
    std::uint64_t chosen = 0;
    if (!replays_) {
        simulation::random_stream numbers(state_ + choices_.size() * 0x9e37'79b9'7f4a'7c15u);
        chosen = bound < 2 ? 0 : numbers.below(bound);
    } else if (choices_.size() < recorded_.size()) {
        chosen = std::min(recorded_[choices_.size()], bound < 2 ? 0 : bound - 1);
    }
    choices_.push_back(chosen);
    return chosen;
}

bool choice_tape::list::next() {
    close();
    if (left_ == 0) return false;
    --left_;
    item_ = tape_.choices_.size();
    open_ = tape_.choose(going_on_ + 1) != 0;
    return open_;
}

void choice_tape::list::close() {
    if (open_) tape_.parts_.push_back({item_, tape_.choices_.size()});
    open_ = false;
}

std::string choice_tape::to_string() const {
    auto shown = choices_;
    drop_zeros_at_end(shown);
    std::string text;
    for (auto const choice : shown) {
        if (!text.empty()) text.push_back(' ');
        text.append(std::to_string(choice));
    }
    return text;
}

choice_tape choice_tape::from_string(std::string_view text) {
    choices_type choices;
    for (char const* at = text.data(); at != text.data() + text.size();) {
        if (*at == ' ') {
            ++at;
            continue;
        }
        auto const parsed = std::from_chars(at, text.data() + text.size(), choices.emplace_back());
        if (parsed.ec != std::errc{})
            detail::throw_usage_error("choice_tape.from_string: no tape; it is numbers with spaces between them");
        at = parsed.ptr;
    }
    return choice_tape(std::move(choices));
}

shrunk shrink(choices_type failing, std::function<bool(choice_tape&)> const& fails, std::size_t most_runs) {
    return shrinking(std::move(failing), fails, most_runs).run_to_end();
}

}  // namespace rota::inline v0::testing
