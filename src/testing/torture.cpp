#include <rota/testing/torture.hpp>

#include <rota/base/frame_pool.hpp>
#include <rota/base/slab.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/report.hpp>
#include <rota/detail/running_here.hpp>
#include <rota/engine/engine.hpp>

#include <array>

namespace rota::inline v0::testing {
namespace {

// More steps than any sensible scenario takes: one that goes on is stuck in a loop of its own.
constexpr std::size_t most_steps = 100'000;
constexpr std::size_t steps_between_polls = 64;
// More than any scenario has open at once.
constexpr std::size_t most_handles = 16;

struct live_counts {
    std::uint64_t frames = detail::frame_pool::count().live();
    std::uint64_t tasks = detail::slab_store::count().live();
};

std::unique_ptr<loop> make_loop(torture_options const& how) {
    engine_options options(how.engine);
    options.seed = how.seed;
    auto made = std::make_unique<loop>(make_engine(options));
    // What it is told of is looked for by `verify`.
    made->set_exception_handler([](loop&, exception_context const&) {});
    return made;
}

// Who has the first turn: the other has met what that does in it, or not yet.
enum class order { environment_first, subject_first };

// One run. Steps until a task is done; false: nothing can happen any more.
class run_of {
public:
    explicit run_of(torture_options const& how) : loop_(make_loop(how)), here_(*loop_) {}

    void start(scenario_maker const& make, order which = order::environment_first) {
        scenario_ = make();
        if (which == order::subject_first) subject_ = create_task(scenario_->subject());
        environment_ = create_task(scenario_->environment());
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

    void verify() {
        auto const verifying = create_task(scenario_->verify());
        while (!verifying.done())
            if (!step()) fail_stuck("verify", verifying);
        if (auto error = verifying.exception()) throw torture_failure(detail::describe(error));
    }

    void drain() {
        loop_->cancel_all_and_drain();
        if (loop_->kernel().pending() != 0) throw torture_failure("an operation is pending when all tasks have ended");
        environment_ = {};
        subject_ = {};
        scenario_.reset();
        while (loop_->kernel().pending() != 0 && loop_->run_some()) {}
        check_handles();
    }

private:
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

    std::unique_ptr<loop> loop_;
    detail::running_here here_;
    std::unique_ptr<scenario> scenario_;
    task<> environment_;
    task<> subject_;
    std::size_t steps_ = 0;
};

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
        run_of run(how);
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
    }
    check_counts(before);
    return sent;
}

// False: no allocation failed any more.
bool fail_at(scenario_maker const& make, torture_options const& how, std::uint64_t nth, memory_source const& memory,
             torture_report& report) {
    live_counts const before;
    bool failed = false;
    {
        run_of run(how);
        auto const first = memory.taken();
        memory.fail_allocation(nth);
        try {
            run.start(make);
            while (!run.subject().done())
                if (!run.step()) break;  // who should have helped it has failed
        } catch (std::bad_alloc const&) {}
        failed = memory.taken() - first >= nth;
        memory.fail_allocation(0);
        ++report.runs;
        bool const ended = run.subject() && run.subject().done();
        if (failed)
            ++(ended && !run.subject().cancelled() && !run.subject().exception() ? report.went_on : report.stopped);
        run.drain();
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
