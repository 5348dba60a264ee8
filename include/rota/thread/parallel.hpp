#pragma once

#include <rota/combine/gather.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/sleep.hpp>
#include <rota/detail/thread_function.hpp>
#include <rota/thread/run_in_executor.hpp>
#include <rota/thread/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace detail {

/// Numbers that several threads share out among them, some at a time.
class shared_range {
public:
    shared_range(std::size_t first, std::size_t last, std::size_t threads) noexcept
        : next_(first), last_(last), portion_(std::max<std::size_t>((last - first) / (threads * 8), 1)) {}

    /// Calls `fn` with those that this thread gets. False: told to stop while some were left.
    template <class F>
    bool work(std::stop_token const& stop, F& fn) {
        try {
            for (;;) {
                std::size_t const from = take();
                if (from == last_) return true;
                std::size_t const to = from + std::min(portion_, last_ - from);
                for (std::size_t i = from; i != to; ++i) {
                    if (stop.stop_requested()) return false;
                    fn(i);
                }
            }
        } catch (...) {
            next_.store(last_, std::memory_order_relaxed);
            throw;
        }
    }

private:
    std::size_t take() noexcept {
        std::size_t from = next_.load(std::memory_order_relaxed);
        while (from != last_ &&
               !next_.compare_exchange_weak(from, from + std::min(portion_, last_ - from), std::memory_order_relaxed)) {
        }
        return from;
    }

    std::atomic<std::size_t> next_;
    std::size_t const last_;
    std::size_t const portion_;
};

template <class F>
coro<> work_in_parallel(thread_pool& pool, shared_range& range, F& fn) {
    auto const work = [&](std::stop_token const& stop) { return range.work(stop, fn); };
    bool const whole = co_await run_in_executor(pool, work);
    // Its answer was delivered, as that of work always is: the cancel comes out here.
    if (!whole) co_await yield();
}

}  // namespace detail

/// Calls `fn(i)` for each i from `first` up to, and without, `last`, on all threads of `pool` at once, some numbers at a
/// time; the order is not said. `fn` is one and the same object on all of them. The loop goes on meanwhile.
///
/// GCC 12: name a lambda that captures more than references before you pass it.
///
/// Errors: the first that `fn` throws; no more numbers are begun then. Those of `run_in_executor`.
/// Cancellation: what `fn` is at is awaited, nothing more is begun, and it raises; so `[&]` is safe.
/// asyncio: has nothing like it; `Executor.map` is the nearest.
template <class F>
    requires std::invocable<F&, std::size_t>
[[nodiscard]] coro<> parallel_for(thread_pool& pool, std::size_t first, std::size_t last, F fn) {
    detail::refuse_awaitable_in_thread<std::invoke_result_t<F&, std::size_t>>();
    if (first >= last) co_return;
    std::size_t const threads = std::min<std::size_t>(pool.max_workers(), last - first);
    detail::shared_range range(first, last, threads);
    std::vector<coro<>> parts;
    parts.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) parts.push_back(detail::work_in_parallel(pool, range, fn));
    co_await gather(std::move(parts));
}

/// What `fn(item)` gives for each of `items`, in their order; called as `parallel_for` calls.
///
/// Errors: as `parallel_for`.
/// Cancellation: as `parallel_for`.
/// asyncio: has nothing like it; `Executor.map` is the nearest.
template <class T, class F>
    requires std::invocable<F&, T&>
[[nodiscard]] coro<std::vector<std::decay_t<std::invoke_result_t<F&, T&>>>> parallel_map(thread_pool& pool,
                                                                                         std::vector<T> items, F fn) {
    using result = std::decay_t<std::invoke_result_t<F&, T&>>;
    detail::refuse_awaitable_in_thread<std::invoke_result_t<F&, T&>>();
    std::vector<std::optional<result>> made(items.size());
    auto const one = [&](std::size_t i) { made[i].emplace(std::invoke(fn, items[i])); };
    co_await parallel_for(pool, 0, items.size(), one);
    std::vector<result> results;
    results.reserve(made.size());
    for (auto& each : made) results.push_back(std::move(*each));
    co_return results;
}

}  // namespace rota::inline v0
