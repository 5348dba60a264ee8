#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/run.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/outside_call.hpp>
#include <rota/sync/event.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace detail {

/// Loops in as many threads, of which the first is the caller's.
class ROTA_API core_set {
public:
    core_set(runner_options const& options, std::uint32_t cores);
    core_set(core_set const&) = delete;
    core_set& operator=(core_set const&) = delete;

    /// Until all have ended. Throws the first error.
    void run();

    std::uint32_t size() const noexcept { return size_; }

protected:
    ~core_set();

private:
    struct core;

    /// What is to run on each, and keeps its result.
    virtual coro<> main(std::uint32_t which) = 0;

    coro<> lead();
    void start_threads();
    void work_in_thread(std::uint32_t which) noexcept;
    coro<> run_main(std::uint32_t which);
    void failed(std::exception_ptr error) noexcept;
    void stop_all() noexcept;
    void one_ended() noexcept;

    runner_options options_;
    std::uint32_t size_;
    std::unique_ptr<core[]> cores_;
    loop* home_ = nullptr;

    // Of the first loop.
    std::uint32_t running_ = 0;
    std::optional<event> all_ended_;

    std::mutex mutex_;
    bool stopping_ = false;
    bool cancelled_ = false;
    std::exception_ptr error_;
};

template <class F>
decltype(auto) call_core_main(F& fn, std::uint32_t which) {
    if constexpr (std::invocable<F&, std::uint32_t>)
        return std::invoke(fn, which);
    else
        return std::invoke(fn);
}

template <class F>
using core_main_result = await_result<decltype(call_core_main(std::declval<F&>(), 0U))>;

template <class F, class T = core_main_result<F>>
class typed_core_set final : public core_set {
public:
    typed_core_set(runner_options const& options, std::uint32_t cores, F& fn)
        : core_set(options, cores), fn_(fn), results_(size()) {}

    std::vector<T> take() {
        std::vector<T> all;
        all.reserve(results_.size());
        for (auto& each : results_) all.push_back(std::move(*each));
        return all;
    }

private:
    coro<> main(std::uint32_t which) override { results_[which].emplace(co_await call_core_main(fn_, which)); }

    F& fn_;
    std::vector<std::optional<T>> results_;
};

template <class F>
class typed_core_set<F, void> final : public core_set {
public:
    typed_core_set(runner_options const& options, std::uint32_t cores, F& fn) : core_set(options, cores), fn_(fn) {}
    void take() const noexcept {}

private:
    coro<> main(std::uint32_t which) override { co_await call_core_main(fn_, which); }

    F& fn_;
};

}  // namespace detail

/// Runs `main(core)`, or `main()`, on `cores` loops at once, each in a thread of its own, the first of them in this one; 0:
/// as many as the machine has processors. Gives what they give, as a vector in the order of the cores (nothing, where they
/// give nothing). `main` is one and the same object on all of them.
///
/// Each loop is as that of `rota::run`, with tasks and sync objects of its own. From one to the other go a `channel`,
/// `run_coroutine_threadsafe`, and `thread_pool`. Servers that listen at one address, each on its own core, say so with
/// `server_options::reuse_port`.
///
/// Errors: the first that a main throws: it cancels the others, whose ends are waited for. `system_error` where a thread can
/// not be started; `usage_error` inside a running loop, and on the simulated engine, whose time is one loop's alone.
/// Cancellation: Ctrl-C cancels every main. Where one of them ends by that, the signal ends the program when all have
/// cleaned up.
/// asyncio: has nothing like it; there each loop would be a process.
template <class Main>
auto run_on_cores(runner_options const& options, std::uint32_t cores, Main&& main) {
    detail::typed_core_set<std::remove_reference_t<Main>> all(options, cores, main);
    all.run();
    return all.take();
}
template <class Main>
auto run_on_cores(std::uint32_t cores, Main&& main) {
    return run_on_cores(runner_options(), cores, std::forward<Main>(main));
}

}  // namespace rota::inline v0
