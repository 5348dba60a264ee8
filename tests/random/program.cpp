#include "program.hpp"

#include <utility>

namespace random_programs {
namespace {

constexpr std::size_t most_tasks = 6;
constexpr std::size_t most_children = 3;
constexpr std::size_t deepest = 3;
constexpr std::uint64_t longest_delay = 5;

struct weighted {
    step_kind kind;
    std::uint64_t weight;
};
constexpr weighted plain_steps[] = {
    {step_kind::yield, 2}, {step_kind::sleep, 3}, {step_kind::cancel, 3}, {step_kind::raise, 1}};
constexpr weighted blocks[] = {
    {step_kind::timeout, 3}, {step_kind::handle, 1}, {step_kind::acknowledge, 1}, {step_kind::shield, 1}};

bool is_block(step_kind kind) { return kind >= step_kind::timeout; }

class generator {
public:
    generator(rota::testing::choice_tape& tape, std::vector<operation> const& operations)
        : tape_(tape), operations_(operations) {
        for (auto const& use : operations) uses_ += use.weight;
        for (auto const& plain : plain_steps) plain_ += plain.weight;
        for (auto const& block : blocks) blocks_ += block.weight;
    }

    program run(std::uint8_t parameters) {
        made_.parameter = static_cast<std::uint8_t>(tape_.choose(parameters));
        constexpr rota::schedule_kind orders[] = {rota::schedule_kind::fifo, rota::schedule_kind::shuffle,
                                                  rota::schedule_kind::shuffle, rota::schedule_kind::pct};
        made_.schedule = orders[tape_.choose(4)];
        made_.steps.reserve(32);
        rota::testing::choice_tape::list tasks(tape_, most_tasks, 5);
        while (tasks.next()) {
            std::size_t const begin = made_.steps.size();
            add_steps(0, 6);
            made_.tasks.push_back({begin, made_.steps.size()});
        }
        made_.all_tasks = made_.tasks.size();
        for (auto& each : made_.steps) {
            if (each.kind == step_kind::child) each.value = static_cast<std::int16_t>(made_.all_tasks++);
        }
        for (auto& each : made_.steps)
            if (each.kind == step_kind::cancel)
                each.value = static_cast<std::int16_t>(static_cast<std::size_t>(each.value) % made_.all_tasks);
        return std::move(made_);
    }

private:
    void add_steps(std::size_t depth, std::size_t most) {
        rota::testing::choice_tape::list steps(tape_, most, 4);
        while (steps.next()) add_step(depth);
    }

    std::int16_t delay() { return static_cast<std::int16_t>(1 + tape_.choose(longest_delay)); }

    template <std::size_t N>
    static step_kind of(weighted const (&table)[N], std::uint64_t drawn) {
        for (auto const& each : table) {
            if (drawn < each.weight) return each.kind;
            drawn -= each.weight;
        }
        return table[0].kind;
    }

    void add_step(std::size_t depth) {
        auto drawn = tape_.choose(uses_ + plain_ + (depth < deepest ? blocks_ : 0));
        if (drawn < uses_) {
            std::uint8_t which = 0;
            while (drawn >= operations_[which].weight) drawn -= operations_[which++].weight;
            return add_use(which, depth);
        }
        drawn -= uses_;
        if (drawn >= plain_) return add_block(of(blocks, drawn - plain_), depth);
        step made{of(plain_steps, drawn)};
        if (made.kind == step_kind::sleep) made.value = delay();
        if (made.kind == step_kind::cancel) made.value = static_cast<std::int16_t>(tape_.choose(12));
        add(made);
    }

    void add_use(std::uint8_t which, std::size_t depth) {
        operation const& use = operations_[which];
        if (is_block(use.kind)) {
            if (depth < deepest) return add_block(use.kind, depth, which);
            add({step_kind::yield});
            return;
        }
        bool const held_outside = holds_;
        if (use.inside && !holds_) {
            std::size_t const place = add({operations_[0].kind, 0});
            holds_ = true;
            add_use(which, depth + 1);
            add_steps(depth + 1, 3);
            holds_ = held_outside;
            return close(place);
        }
        step made{use.kind, which};
        if (use.values != 0) made.value = static_cast<std::int16_t>(tape_.choose(use.values));
        // What waits in a shield comes out by its time-out alone.
        if (use.kind == step_kind::reschedule && in_shield_ && made.value == 0) made.value = 1;
        std::size_t const place = add(made);
        if (use.kind == step_kind::hold && depth < deepest) {
            holds_ = true;
            add_steps(depth + 1, 3);
            holds_ = held_outside;
        }
        if (use.kind == step_kind::spawn && depth < deepest) {
            rota::testing::choice_tape::list children(tape_, most_children, 4);
            while (children.next()) {
                std::size_t const child = add({step_kind::child});
                holds_ = false;
                add_steps(depth + 1, 3);
                holds_ = held_outside;
                close(child);
            }
        }
        close(place);
    }

    void add_block(step_kind kind, std::size_t depth, std::uint8_t which = 0) {
        if (kind == step_kind::acknowledge && in_shield_) kind = step_kind::handle;
        step made{kind, which};
        if (kind == step_kind::timeout) made.value = delay();
        if (kind == step_kind::scope) made.value = static_cast<std::int16_t>(tape_.choose(operations_[which].values));
        std::size_t const place = add(made);
        if (kind == step_kind::shield)
            add_shielded(depth);
        else
            add_steps(depth + 1, 3);
        if (kind == step_kind::cleanup) {
            std::size_t const last = add({step_kind::finally});
            made_.steps[place].value = static_cast<std::int16_t>(last);
            add_shielded(depth);
            close(last);
        }
        close(place);
    }

    // What waits in a shield is to come out again by itself: by a time-out that nobody takes for a cancel.
    void add_shielded(std::size_t depth) {
        bool const outside = std::exchange(in_shield_, true);
        add_block(step_kind::timeout, depth + 1);
        in_shield_ = outside;
    }

    std::size_t add(step made) {
        made.end = static_cast<std::uint16_t>(made_.steps.size() + 1);
        made_.steps.push_back(made);
        return made_.steps.size() - 1;
    }
    void close(std::size_t place) { made_.steps[place].end = static_cast<std::uint16_t>(made_.steps.size()); }

    rota::testing::choice_tape& tape_;
    std::vector<operation> const& operations_;
    std::uint64_t uses_ = 0;
    std::uint64_t plain_ = 0;
    std::uint64_t blocks_ = 0;
    bool in_shield_ = false;
    bool holds_ = false;
    program made_;
};

void write_steps(std::string& text, program const& shown, std::vector<operation> const& operations, range steps,
                 std::size_t indent) {
    for (std::size_t at = steps.begin; at < steps.end; at = shown.steps[at].end) {
        step const& now = shown.steps[at];
        text.append(indent, ' ').append(to_text(now, operations)).append("\n");
        write_steps(text, shown, operations, {at + 1, now.end}, indent + 4);
    }
}

}  // namespace

program generate(rota::testing::choice_tape& tape, std::vector<operation> const& operations, std::uint8_t parameters) {
    return generator(tape, operations).run(parameters);
}

std::string to_text(step const& shown, std::vector<operation> const& operations) {
    std::string const value = std::to_string(shown.value);
    switch (shown.kind) {
        case step_kind::use:
        case step_kind::hold:
        case step_kind::spawn:
        case step_kind::scope: {
            operation const& use = operations[shown.which];
            return use.values == 0 ? use.name : use.name + (" " + value);
        }
        case step_kind::child: return "child, task " + value;
        case step_kind::yield: return "yield";
        case step_kind::sleep: return "sleep " + value + " ms";
        case step_kind::cancel: return "cancel task " + value;
        case step_kind::raise: return "throw";
        case step_kind::reschedule: return shown.value == 0 ? "no deadline" : "deadline in " + value + " ms";
        case step_kind::timeout: return "timeout " + value + " ms";
        case step_kind::handle: return "catch errors";
        case step_kind::acknowledge: return "catch and acknowledge a cancel";
        case step_kind::shield: return "shield";
        case step_kind::cleanup: return "with a clean-up";
        case step_kind::finally: return "clean-up";
    }
    return "?";
}

std::string to_text(program const& shown, std::vector<operation> const& operations, char const* subject) {
    std::string text = std::string(subject) + ", variant " + std::to_string(shown.parameter) + ", schedule " +
                       std::string(rota::to_string(shown.schedule)) + "\n";
    for (std::size_t i = 0; i < shown.tasks.size(); ++i) {
        text.append("task ").append(std::to_string(i)).append(":\n");
        write_steps(text, shown, operations, shown.tasks[i], 4);
    }
    return text;
}

}  // namespace random_programs
