#pragma once

#include <rota/base/export.hpp>
#include <rota/core/schedule.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::inline v0::testing {

/// All that a random test leaves to chance, as numbers on a tape: what it does, and (as `schedule::choices`) in which
/// order its tasks run. A tape that is made from a seed records; one that is made of recorded choices gives them again, so
/// that the test does the same. Give simple things low numbers, 0 the simplest: `shrink` goes there.
///
///     rota::testing::choice_tape tape(seed);
///     auto const workers = 1 + tape.choose(4);          // 1 to 4
///     rota::testing::choice_tape::list jobs(tape, 10);  // 10 at most
///     while (jobs.next()) queue.put_nowait(tape.choose(100));
class ROTA_API choice_tape final : public choice_source {
public:
    using choices_type = std::vector<std::uint64_t>;
    /// Choices that belong together, from `begin` to before `end`.
    struct part {
        std::size_t begin;
        std::size_t end;
    };

    /// Chooses at random, from `seed`.
    explicit choice_tape(std::uint64_t seed);
    /// Gives `recorded` again. A choice that is too large becomes the largest there is; past the end all are 0.
    explicit choice_tape(choices_type recorded);
    /// As `to_string` wrote it. Throws `usage_error` where that is no tape.
    static choice_tape from_string(std::string_view text);
    ~choice_tape();

    /// A number from 0 to `bound - 1`, on the tape from now on.
    std::uint64_t choose(std::uint64_t bound) noexcept override;
    /// Whether something happens that does so once in `n` times, and never in the simplest run.
    bool one_in(std::uint64_t n) noexcept { return choose(n) + 1 == n; }

    /// Asks before each item of a list whether there is one. What is chosen between two questions belongs to one item,
    /// which `shrink` can take out. Lists may lie in each other's items.
    class ROTA_API list {
    public:
        /// Of `most` items at most; each but the first comes `going_on` in `going_on + 1` times.
        list(choice_tape& of, std::size_t most, std::uint64_t going_on = 3) noexcept
            : tape_(of), left_(most), going_on_(going_on) {}
        list(list const&) = delete;
        list& operator=(list const&) = delete;
        ~list() { close(); }

        /// Whether there is another item.
        bool next();

    private:
        void close();

        choice_tape& tape_;
        std::size_t left_;
        std::uint64_t going_on_;
        std::size_t item_ = 0;
        bool open_ = false;
    };

    /// What was chosen so far.
    choices_type const& choices() const noexcept { return choices_; }
    /// The items of its lists, each before the one it lies in.
    std::vector<part> const& parts() const noexcept { return parts_; }
    /// The choices in words, for a message and for `from_string`; zeros at the end are left out, as they come anyway.
    std::string to_string() const;

private:
    choices_type recorded_;
    choices_type choices_;
    std::vector<part> parts_;
    std::uint64_t state_ = 0;
    bool replays_ = false;
};

/// What `shrink` found.
struct shrunk {
    /// The choices of the simplest run that fails.
    choice_tape::choices_type choices;
    /// How many runs it took, and whether it stopped only because they were too many.
    std::size_t runs = 0;
    bool gave_up = false;
};

/// The simplest choices with which a test still fails: it takes items out of lists, then other choices, lowers what is
/// left, and keeps what `fails`, which runs the test on the tape it is given and says whether it failed. Fewer choices are
/// simpler, then lower ones. Where `failing` itself does not fail, that is what comes back.
ROTA_API shrunk shrink(choice_tape::choices_type failing, std::function<bool(choice_tape&)> const& fails,
                       std::size_t most_runs = 20'000);

}  // namespace rota::inline v0::testing
