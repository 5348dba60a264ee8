#include <rota/thread/run_on_cores.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/with_shield.hpp>

#include <algorithm>
#include <system_error>

namespace rota::inline v0::detail {

struct core_set::core {
    core_set* owner = nullptr;
    std::thread thread;
    // Its own thread's; the loop is null before and after its main, and told under the lock.
    loop* home = nullptr;
    any_task task;
    outside_call stop;
    outside_call end;
};

core_set::core_set(runner_options const& options, std::uint32_t cores)
    : options_(options), size_(cores != 0 ? cores : std::max(std::thread::hardware_concurrency(), 1U)) {
    cores_ = std::make_unique<core[]>(size_);
    for (std::uint32_t i = 0; i < size_; ++i) cores_[i].owner = this;
}

core_set::~core_set() = default;

void core_set::run() {
    rota::run(options_, [this] { return lead(); });
    if (error_) std::rethrow_exception(error_);
}

coro<> core_set::lead() {
    home_ = &running_loop();
    if (home_->kernel().kind() == engine_kind::simulated)
        throw_usage_error("run_on_cores: a simulated engine has the time of one loop; run one main of it there");
    all_ended_.emplace();
    auto const first = create_task(run_main(0));
    running_ = 1;
    start_threads();
    bool interrupted = false;
    try {
        co_await all_ended_->wait();
    } catch (cancelled_error const&) {
        interrupted = true;
    }
    if (interrupted) {
        stop_all();
        co_await with_shield(all_ended_->wait());
    }
    for (std::uint32_t i = 1; i < size_; ++i)
        if (cores_[i].thread.joinable()) cores_[i].thread.join();
    // Told as the error of `run`, which knows what a cancel by Ctrl-C means.
    if (!error_ && cancelled_) throw cancelled_error();
}

void core_set::start_threads() {
    try {
        for (std::uint32_t i = 1; i < size_; ++i) {
            cores_[i].thread = std::thread([this, i]() noexcept { work_in_thread(i); });
            ++running_;
        }
    } catch (std::system_error const& error) {
        failed(std::make_exception_ptr(system_error(error.code().value(), "run_on_cores: start a thread")));
    } catch (...) {
        failed(std::current_exception());
    }
}

void core_set::work_in_thread(std::uint32_t which) noexcept {
    try {
        runner_options options = options_;
        options.handle_interrupt = false;
        rota::run(options, [this, which] { return run_main(which); });
    } catch (...) {
        failed(std::current_exception());
    }
    core& mine = cores_[which];
    mine.end.send(*home_, [](void* self) noexcept { static_cast<core*>(self)->owner->one_ended(); }, &mine);
}

coro<> core_set::run_main(std::uint32_t which) {
    core& mine = cores_[which];
    mine.task = current_task();
    bool late = false;
    {
        std::lock_guard const held(mutex_);
        late = stopping_;
        cancelled_ = cancelled_ || late;
        if (!late) mine.home = &running_loop();
    }
    std::exception_ptr error;
    if (!late) {
        try {
            co_await main(which);
        } catch (...) {
            error = std::current_exception();
        }
        std::lock_guard const held(mutex_);
        mine.home = nullptr;
    }
    mine.task = any_task();
    if (error) failed(std::move(error));
    if (which == 0) one_ended();
}

void core_set::failed(std::exception_ptr error) noexcept {
    {
        std::lock_guard const held(mutex_);
        bool const cancelled = is_cancelled(error);
        // A main that ends cancelled because it was told to is no error of its own.
        cancelled_ = cancelled_ || cancelled;
        if (!error_ && !cancelled) error_ = std::move(error);
    }
    stop_all();
}

void core_set::stop_all() noexcept {
    std::lock_guard const held(mutex_);
    if (std::exchange(stopping_, true)) return;
    for (std::uint32_t i = 0; i < size_; ++i) {
        core& each = cores_[i];
        // Its loop is there for as long as it says so under the lock.
        if (each.home == nullptr) continue;
        each.stop.send(
            *each.home,
            [](void* self) noexcept {
                auto& told = *static_cast<core*>(self);
                if (told.task) told.task.cancel();
            },
            &each);
    }
}

void core_set::one_ended() noexcept {
    if (--running_ == 0) all_ended_->set();
}

}  // namespace rota::inline v0::detail
