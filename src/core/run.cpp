#include <rota/core/run.hpp>

#include <rota/detail/running_here.hpp>
#include "engine/interrupt.hpp"

#include <atomic>
#include <cstdio>
#include <optional>

namespace rota::inline v0 {
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
}

rota::loop& runner::get_loop() {
    if (!loop_) detail::throw_usage_error("runner: it is closed already");
    return *loop_;
}

void runner::refuse_inside_a_loop() const {
    if (!loop_) detail::throw_usage_error("runner: it is closed already");
    if (detail::hot.running != nullptr)
        detail::throw_usage_error("run was called inside a running loop: co_await the coroutine, or make it a task");
}

void runner::run_to_end(detail::task_state& main) {
    detail::running_here const here(*loop_);
    std::optional<detail::interrupt_watch> watch;
    if (options_.handle_interrupt) watch.emplace(loop_->kernel(), loop_->interrupt_flag());
    auto const interrupts_before = loop_->interrupts();
    loop_->set_main(&main);
    loop_->adopt(main);
    struct leave {
        rota::loop& of;
        ~leave() { of.set_main(nullptr); }
    } const leaving{*loop_};
    loop_->run_until_done(main);
    interrupted_ = loop_->interrupts() != interrupts_before && main.has(detail::task_cancelled);
}

void runner::close() {
    if (!loop_) return;
    if (detail::hot.running == loop_.get())
        detail::throw_usage_error("runner: close was called inside its own loop; call it when run has returned");
    // Whatever happens, the loop is gone afterwards.
    auto closing = std::move(loop_);
    if (closing->in_forked_child()) {
        // Its descriptors are the parent's too, and so is what its tasks would clean up.
        static std::atomic<rota::loop*> abandoned;
        abandoned = closing.release();
        return;
    }
    {
        detail::running_here const here(*closing);
        closing->cancel_all_and_drain();
    }
    if (interrupted_) detail::raise_interrupt();
}

}  // namespace rota::inline v0
