#include <rota/testing/torture.hpp>

#include <rota/base/frame_pool.hpp>
#include <rota/base/slab.hpp>
#include <rota/combine/exception_group.hpp>
#include <rota/core/deadlock_error.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/report.hpp>
#include <rota/detail/running_here.hpp>
#include <rota/engine/engine.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

namespace rota::inline v0::testing {
namespace {

// More steps than any sensible scenario takes: one that goes on is stuck in a loop of its own.
constexpr std::size_t most_steps = 100'000;
// How long memory is short where all allocations fail: long enough for what tries again later to do so in vain.
constexpr std::size_t most_steps_without_memory = 2'000;
constexpr std::size_t steps_between_polls = 64;
// More than any scenario has open at once.
constexpr std::size_t most_handles = 16;
constexpr std::size_t most_reports = 16;
// In real time, where the engine keeps it.
constexpr auto tick_length = std::chrono::milliseconds(20);
constexpr std::size_t ticks_without_help = 3;
constexpr std::size_t most_ticks = 250;

struct live_counts {
    std::uint64_t frames = detail::frame_pool::count().live();
    std::uint64_t tasks = detail::slab_store::count().live();
};

std::unique_ptr<loop> make_loop(torture_options const& how) {
    engine_options options(how.engine);
    options.seed = how.seed;
    return std::make_unique<loop>(make_engine(options));
}

// Whether memory was short for it, or for what it holds.
bool is_want_of_memory(std::exception_ptr const& error) {
    if (!error) return false;
    try {
        std::rethrow_exception(error);
    } catch (std::bad_alloc const&) {
        return true;
    } catch (exception_group const& group) {
        return std::all_of(group.exceptions().begin(), group.exceptions().end(), is_want_of_memory);
    } catch (std::exception const& any) {
        auto const* const system = dynamic_cast<std::system_error const*>(&any);
        if (system != nullptr && system->code() == std::errc::not_enough_memory) return true;
        auto const* const outer = dynamic_cast<std::nested_exception const*>(&any);
        return outer != nullptr && is_want_of_memory(outer->nested_ptr());
    } catch (...) {
        return false;
    }
}

// Who has the first turn: the other has met what that does in it, or not yet.
enum class order { environment_first, subject_first };

}  // namespace

// One run. Steps until a task is done; false: nothing can happen any more.
class torture_run {
public:
    explicit torture_run(torture_options const& how) : loop_(make_loop(how)), here_(*loop_) {
        reports_.reserve(most_reports);
        loop_->set_exception_handler([this](loop&, exception_context const& told) { hear(told); });
    }

    void start(scenario_maker const& make, order which = order::environment_first) {
        scenario_ = make();
        if (which == order::subject_first) subject_ = create_task(scenario_->subject());
        scenario_->running_environment_ = create_task(scenario_->environment());
        if (which == order::environment_first) subject_ = create_task(scenario_->subject());
    }

    task<> const& subject() const { return subject_; }

    bool step() {
        if (++steps_ > most_steps) throw torture_failure("the scenario does not end");
        if (loop_->idle()) return loop_->run_some();
        // Where something is always ready the world is looked at too.
        if (steps_ % steps_between_polls == 0) loop_->look();
        loop_->run_one();
        return true;
    }

    [[noreturn]] void fail_stuck(char const* which, task<> const& stuck) const {
        std::string text = which;
        text.append(" waits for ever, at\n").append(detail::describe_chain(stuck.state(), "  "));
        throw torture_failure(text);
    }

    // Where the engine can not tell that nothing will happen any more, this does after a while. Made before memory is short.
    void watch_the_clock() {
        if (loop_->kernel().kind() != engine_kind::simulated) clock_ = create_task(tick());
    }

    // False: the subject waits for ever, or goes round and round.
    bool run_subject(std::size_t at_most) { return run_until_done(subject_, at_most); }

    // With memory to be had again. A subject may wait for ever only where nobody is left who could help it.
    void end_subject(bool memory_ran_out) {
        if (scenario_) scenario_->memory_ran_out_ = memory_ran_out;
        end("the subject", subject_);
    }

    void verify() {
        if (!scenario_) return;
        auto const verifying = create_task(scenario_->verify());
        if (end("verify", verifying) == how_it_ended::unhelped) return;
        if (verifying.cancelled()) throw torture_failure("verify ended cancelled");
        if (auto error = verifying.exception()) throw torture_failure(detail::describe(error));
    }

    void drain() {
        end_all_tasks();
        if (loop_->kernel().pending() != 0) throw torture_failure("an operation is pending when all tasks have ended");
        if (scenario_ && scenario_->running_environment_ && !scenario_->running_environment_.cancelled())
            (void)scenario_->running_environment_.exception();  // it is no concern of the exception handler
        subject_ = {};
        clock_ = {};
        scenario_.reset();
        end_all_tasks();
        check_handles();
    }

    // What the exception handler was told. Some of it comes only when the scenario has let go of its tasks.
    void check_reports(scenario_maker const& make) {
        if (reports_.empty()) return;
        auto const asked = make();
        for (auto const& told : reports_) {
            if (asked->expects(told)) continue;
            std::string text = "the exception handler was told: " + told.message;
            if (told.exception) text += ": " + detail::describe(told.exception);
            throw torture_failure(text);
        }
    }

private:
    enum class how_it_ended { by_itself, unhelped };

    coro<> tick() {
        for (ticks_ = 0;; ++ticks_) co_await sleep(tick_length);
    }

    bool time_is_up() const {
        return ticks_ >= (scenario_ && scenario_->environment_failed() ? ticks_without_help : most_ticks);
    }

    bool run_until_done(task<> const& which, std::size_t at_most) {
        ticks_ = 0;
        for (steps_ = 0; which && !which.done();)
            if (steps_ == at_most || time_is_up() || !step()) return false;
        return true;
    }

    how_it_ended end(char const* what, task<> const& which) {
        if (run_until_done(which, most_steps)) return how_it_ended::by_itself;
        if (!scenario_->environment_failed()) fail_stuck(what, which);
        which.cancel();
        if (!run_until_done(which, most_steps)) fail_stuck("cancelled when nobody had helped it,", which);
        return how_it_ended::unhelped;
    }

    void hear(exception_context const& told) {
        if (is_want_of_memory(told.exception) || told.message.starts_with("debug: ")) return;
        if (reports_.size() == most_reports) return;
        try {
            reports_.emplace_back(told.message, told.exception);
        } catch (std::bad_alloc const&) {
            reports_.emplace_back("", told.exception);
        }
    }

    void end_all_tasks() {
        try {
            loop_->cancel_all_and_drain();
        } catch (deadlock_error const& error) {
            throw torture_failure(std::string("not all ends when it is cancelled: ") + error.what());
        }
    }

    // New handles take the places of closed ones, so that they come to a gap where one is open.
    void check_handles() {
        engine& kernel = loop_->kernel();
        std::array<io_handle, most_handles> probes;
        std::uint32_t open = 0;
        for (io_handle& probe : probes) {
            if (kernel.open_socket(address_family::ipv4, probe) < 0) break;
            if (probe.slot >= probes.size()) ++open;
        }
        for (io_handle const probe : probes)
            if (probe) kernel.close(probe);
        if (open != 0) throw torture_failure(std::to_string(open) + " sockets are left open");
    }

    std::vector<exception_context> reports_;
    std::unique_ptr<loop> loop_;
    detail::running_here here_;
    std::unique_ptr<scenario> scenario_;
    task<> subject_;
    task<> clock_;
    std::size_t steps_ = 0;
    std::size_t ticks_ = 0;
};

namespace {

void check_counts(live_counts const& before) {
    live_counts const after;
    if (after.frames != before.frames)
        throw torture_failure(std::to_string(after.frames - before.frames) + " frames or blocks are left over");
    if (after.tasks != before.tasks)
        throw torture_failure(std::to_string(after.tasks - before.tasks) + " tasks are left over");
}

enum class cancels { none, once, twice };

// Cancels before step `at`, and where `apart` is not 0 that many steps later again. How often that found a subject.
cancels cancel_at(scenario_maker const& make, torture_options const& how, order which, std::size_t at,
                  std::size_t apart, torture_report& report) {
    live_counts const before;
    cancels sent = cancels::none;
    {
        torture_run run(how);
        run.start(make, which);
        for (std::size_t step = 0; !run.subject().done(); ++step) {
            if (step == at && run.subject().cancel()) sent = cancels::once;
            if (apart != 0 && step == at + apart && run.subject().cancel()) sent = cancels::twice;
            if (!run.step()) run.fail_stuck("the subject", run.subject());
        }
        ++report.runs;
        if (sent != cancels::none) ++(run.subject().cancelled() ? report.stopped : report.went_on);
        if (run.subject().cancelled()) {
            if (sent == cancels::none) throw torture_failure("the subject ended cancelled, and nobody had asked it to");
        } else {
            if (auto error = run.subject().exception())
                throw torture_failure("the subject threw " + detail::describe(error));
        }
        run.verify();
        run.drain();
        run.check_reports(make);
    }
    check_counts(before);
    return sent;
}

// Of memory, for as long as it lives.
class shortage {
public:
    shortage(memory_source const& memory, std::uint64_t nth) : memory_(memory), enough_(memory.taken() + nth) {
        memory_.fail_allocation(nth);
    }
    shortage(shortage const&) = delete;
    shortage& operator=(shortage const&) = delete;
    ~shortage() { memory_.fail_allocation(0); }
    bool came() const { return memory_.taken() >= enough_; }

private:
    memory_source const& memory_;
    std::uint64_t enough_;
};

// Whether an allocation failed.
bool run_short(torture_run& run, scenario_maker const& make, memory_source const& memory, std::uint64_t nth) {
    shortage const now(memory, nth);
    try {
        run.start(make);
    } catch (...) {
        if (!is_want_of_memory(std::current_exception())) throw;
    }
    try {
        run.run_subject(most_steps_without_memory);
    } catch (std::bad_alloc const&) {
        throw torture_failure("the loop itself ends for want of memory");
    }
    return now.came();
}

// False: no allocation failed any more.
bool fail_at(scenario_maker const& make, torture_options const& how, std::uint64_t nth, memory_source const& memory,
             torture_report& report) {
    live_counts const before;
    bool failed = false;
    {
        torture_run run(how);
        run.watch_the_clock();
        failed = run_short(run, make, memory, nth);
        run.end_subject(failed);
        ++report.runs;
        auto const error = run.subject() && !run.subject().cancelled() ? run.subject().exception() : nullptr;
        bool const went_well = run.subject() && !run.subject().cancelled() && !error;
        if (failed)
            ++(went_well ? report.went_on : report.stopped);
        else if (error)
            throw torture_failure("the subject threw, and no allocation had failed: " + detail::describe(error));
        run.verify();
        run.drain();
        run.check_reports(make);
    }
    check_counts(before);
    return failed;
}

template <class Pool>
constexpr memory_source memory_of() {
    return {&Pool::fail_allocation, []() noexcept -> std::uint64_t { return Pool::count().taken; }};
}

template <class F>
auto with_place(char const* what, std::size_t place, F&& f) {
    try {
        return f();
    } catch (torture_failure const& failure) {
        throw torture_failure(std::string(what) + " " + std::to_string(place) + ": " + failure.what());
    }
}

}  // namespace

coro<> scenario::environment() { co_return; }
coro<> scenario::verify() { co_return; }
bool scenario::expects(exception_context const&) const { return false; }

bool scenario::environment_failed() const {
    if (!running_environment_) return true;
    return running_environment_.done() && !running_environment_.cancelled() &&
           is_want_of_memory(running_environment_.exception());
}

torture_report cancel_torture(scenario_maker const& make, torture_options const& how) {
    torture_report report;
    for (order const which : {order::environment_first, order::subject_first}) {
        bool twice = true;
        for (std::size_t apart = 0; twice && apart <= how.most_steps_apart; ++apart) {
            std::string what = which == order::subject_first ? "begun first, " : "";
            if (apart == 0)
                what += "cancelled before step";
            else
                what += "cancelled twice, " + std::to_string(apart) + " steps apart, first before step";
            cancels sent = cancels::once;
            twice = apart == 0;
            for (std::size_t at = 0; sent != cancels::none; ++at) {
                sent = with_place(what.c_str(), at, [&] { return cancel_at(make, how, which, at, apart, report); });
                twice = twice || sent == cancels::twice;
            }
        }
    }
    return report;
}

torture_report allocation_torture(scenario_maker const& make, torture_options const& how, memory_source const& other) {
    torture_report report;
    auto const fail_each = [&](char const* what, memory_source const& memory) {
        for (std::uint64_t nth = 1;; ++nth)
            if (!with_place(what, nth, [&] { return fail_at(make, how, nth, memory, report); })) break;
    };
    fail_each("failing frame", memory_of<detail::frame_pool>());
    fail_each("failing task", memory_of<detail::slab_store>());
    if (other.taken != nullptr) fail_each("failing allocation", other);
    return report;
}

}  // namespace rota::inline v0::testing
