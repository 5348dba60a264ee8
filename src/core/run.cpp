#include <rota/core/run.hpp>

#include <rota/core/debug.hpp>
#include <rota/detail/running_here.hpp>
#include "engine/interrupt.hpp"
#include "owners.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <utility>

namespace rota::inline v0 {
namespace {

// Never destroyed, and no leak to those who look for some.
void abandon(std::unique_ptr<rota::loop> left) noexcept {
    static std::atomic<rota::loop*> last;
    last = left.release();
}

std::terminate_handler terminate_before = nullptr;

[[noreturn]] void tell_of_uncaught_cancel() {
    if (detail::is_cancelled(std::current_exception()))
        std::fputs("rota: run: its main coroutine was cancelled, and nobody caught the cancelled_error that came out\n",
                   stderr);
    if (terminate_before != nullptr) terminate_before();
    std::abort();
}

// The C++ runtime tells what an uncaught error says only where it is a std::exception.
void explain_where_uncaught() noexcept {
    static bool const once = [] {
        terminate_before = std::set_terminate(&tell_of_uncaught_cancel);
        return true;
    }();
    static_cast<void>(once);
}

// Starts a main in a context, and has what it leaves there.
class context_keeper : detail::completion_waiter {
public:
    context_keeper(detail::task_state& main, context& in) noexcept
        : completion_waiter(&context_keeper::done), main_(main), in_(in) {
        detail::release(std::exchange(main.context, detail::share(in.map())));
        main.waiters.add(*this);
    }
    context_keeper(context_keeper const&) = delete;
    context_keeper& operator=(context_keeper const&) = delete;
    ~context_keeper() {
        if (linked()) main_.waiters.remove(*this);
    }

private:
    static void done(completion_waiter& self) noexcept {
        auto& keeper = static_cast<context_keeper&>(self);
        keeper.in_ = context::adopt(detail::share(keeper.main_.context));
    }

    detail::task_state& main_;
    context& in_;
};

}  // namespace

runner::runner() : runner(runner_options()) {}

runner::runner(runner_options const& options)
    : options_(options),
      loop_(std::make_unique<rota::loop>(make_engine(options.engine), options.schedule, seed_of(options.engine))) {}

runner::~runner() {
    try {
        close();
    } catch (std::exception const& error) {
        std::fprintf(stderr, "rota: closing the loop: %s\n", error.what());
    }
    // Refused: what is in it belongs to another thread, and is left alone.
    if (loop_) abandon(std::move(loop_));
}

rota::loop& runner::get_loop() {
    if (!loop_) detail::throw_usage_error("runner: it is closed already");
    return *loop_;
}

bool runner::elsewhere() const noexcept {
    return ran_on_ != std::thread::id() && ran_on_ != std::this_thread::get_id();
}

void runner::refuse() const {
    if (!loop_) detail::throw_usage_error("runner: it is closed already");
    if (detail::hot.running != nullptr)
        detail::throw_usage_error("run was called inside a running loop: co_await the coroutine, or make it a task");
    if (elsewhere()) detail::throw_usage_error("runner: it has run on another thread: its loop belongs to that one");
}

void runner::run_here_first() {
    if (ran_on_ != std::thread::id()) return;
    ran_on_ = std::this_thread::get_id();
    if (debug_mode()) detail::enter_owner(*loop_);  // it may have been made on another
    kept_ = copy_context();
}

// Here, and not where somebody may catch the error: uncaught it would end the program with nothing cleaned up.
void runner::end_by_interrupt() {
    close();
    detail::flush_and_raise_interrupt();
}

void runner::run_forever() {
    refuse();
    run_here_first();
    bool interrupted = false;
    {
        detail::running_here const here(*loop_);
        std::optional<detail::interrupt_watch> watch;
        if (options_.handle_interrupt) watch.emplace(loop_->kernel(), loop_->interrupt_flag());
        auto const interrupts_before = loop_->interrupts();
        loop_->run_until_stopped();
        interrupted = loop_->interrupts() != interrupts_before;
    }
    if (interrupted) end_by_interrupt();
}

void runner::run_to_end(detail::task_state& main, context* in) {
    run_here_first();
    context_keeper const keeping(main, in != nullptr ? *in : kept_);
    bool interrupted = false;
    {
        detail::running_here const here(*loop_);
        std::optional<detail::interrupt_watch> watch;
        if (options_.handle_interrupt) watch.emplace(loop_->kernel(), loop_->interrupt_flag());
        auto const interrupts_before = loop_->interrupts();
        loop_->set_main(&main);
        loop_->adopt_lazily(main);
        struct leave {
            rota::loop& of;
            ~leave() { of.set_main(nullptr); }
        } const leaving{*loop_};
        loop_->run_until_done(main);
        interrupted = loop_->interrupts() != interrupts_before && main.has(detail::task_cancelled);
    }
    if (interrupted) end_by_interrupt();
    if (main.has(detail::task_cancelled)) explain_where_uncaught();
}

void runner::close() {
    if (!loop_) return;
    if (detail::hot.running == loop_.get())
        detail::throw_usage_error("runner: close was called inside its own loop; call it when run has returned");
    if (elsewhere())
        detail::throw_usage_error(
            "runner: close was called on another thread than run, and finds none of its tasks there; close it on the "
            "thread it ran on");
    // Whatever happens, the loop is gone afterwards.
    auto closing = std::move(loop_);
    // Its descriptors are the parent's too, and so is what its tasks would clean up.
    if (closing->in_forked_child()) return abandon(std::move(closing));
    detail::running_here const here(*closing);
    closing->cancel_all_and_drain();
}

}  // namespace rota::inline v0
