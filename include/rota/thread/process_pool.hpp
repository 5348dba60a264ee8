#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/thread_function.hpp>
#include <rota/thread/run_in_executor.hpp>
#include <rota/thread/thread_pool.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

/// A worker of a `process_pool` died over the work that it was given; what that was for has this error, and another worker
/// takes the place of the dead one.
///
/// asyncio: `BrokenProcessPool`, with which the whole pool ends.
class ROTA_API worker_died : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What the function that a worker called has thrown; the exception itself stays there, this is its text.
///
/// asyncio: the exception itself, which Python can pickle.
class ROTA_API worker_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

namespace detail {

/// A value as bytes on their way to another process of this very program: what can be copied byte by byte, and strings.
template <class T>
concept sendable =
    std::same_as<T, std::string> || (std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T> &&
                                     !std::is_pointer_v<T> && !std::same_as<T, std::string_view>);

template <class T>
void put_bytes(std::string& into, T const& value) {
    if constexpr (std::same_as<T, std::string>) {
        std::uint64_t const size = value.size();
        into.append(reinterpret_cast<char const*>(&size), sizeof size).append(value);
    } else {
        into.append(reinterpret_cast<char const*>(std::addressof(value)), sizeof value);
    }
}

/// Takes a value from the front of what `put_bytes` has put.
template <class T>
T take_bytes(std::string_view& from) {
    if constexpr (std::same_as<T, std::string>) {
        auto const size = static_cast<std::size_t>(take_bytes<std::uint64_t>(from));
        std::string value(from.substr(0, size));
        from.remove_prefix(value.size());
        return value;
    } else {
        T value{};
        std::memcpy(static_cast<void*>(std::addressof(value)), from.data(), sizeof value);
        from.remove_prefix(sizeof value);
        return value;
    }
}

/// A function that workers know by its name. It registers itself.
class ROTA_API named_function {
public:
    named_function(named_function const&) = delete;
    named_function& operator=(named_function const&) = delete;

    std::string const& name() const noexcept { return name_; }

protected:
    using caller = std::string (*)(named_function const& self, std::string_view arguments);
    named_function(std::string name, caller call);
    ~named_function();

private:
    friend bool call_named(std::string_view name, std::string_view arguments, std::string& answer);

    std::string name_;
    caller call_;
    named_function* next_ = nullptr;
};

}  // namespace detail

template <class Signature>
class process_function;

/// A function that a `process_pool` can call in its workers. They are this program executed anew, and find it by its name:
/// make it where both pass, as a global, before `process_pool_worker` is called.
///
/// What it takes and gives is sent as bytes: strings, and what can be copied byte by byte, by value or by reference to const.
/// Pointers mean nothing there.
///
/// Errors: `usage_error` where another one has that name.
/// asyncio: any function of a module, which the workers import.
template <class R, class... P>
class process_function<R(P...)> final : public detail::named_function {
    static_assert(
        !detail::left_unawaited<R>,
        "rota::process_function: it gives something to await (a coroutine, a task), which no worker would await: the "
        "workers call plain functions");
    static_assert(detail::left_unawaited<R> ||
                      ((detail::sendable<std::decay_t<P>> && ...) && (std::is_void_v<R> || detail::sendable<R>)),
                  "rota::process_function: arguments and result must be std::string or copyable byte by byte");

public:
    process_function(std::string name, R (*fn)(P...))
        : named_function(std::move(name), &process_function::call_with_bytes), function_(fn) {}

private:
    static std::string call_with_bytes(named_function const& self, [[maybe_unused]] std::string_view arguments) {
        auto const fn = static_cast<process_function const&>(self).function_;
        // In braces, so that they are taken in their order.
        std::tuple<std::decay_t<P>...> taken{detail::take_bytes<std::decay_t<P>>(arguments)...};
        std::string answer;
        if constexpr (std::is_void_v<R>)
            std::apply(fn, std::move(taken));
        else
            detail::put_bytes<R>(answer, std::apply(fn, std::move(taken)));
        return answer;
    }

    R (*function_)(P...);
};

template <class R, class... P>
process_function(std::string, R (*)(P...)) -> process_function<R(P...)>;
template <class R, class... P>
process_function(char const*, R (*)(P...)) -> process_function<R(P...)>;

/// What `main` begins with in a program that has a `process_pool`: in a worker it does the pool's work, and never returns;
/// everywhere else it does nothing. What stands before it runs in each worker too.
///
/// asyncio: `if __name__ == "__main__":` is what its programs need.
ROTA_API void process_pool_worker();

/// Processes for what computes for long and may crash, a limited number of them. Each is this program executed anew, with one
/// piece of work at a time; a worker that dies costs that piece an error, and is replaced. They start when there is work and
/// nobody idle, and end with the pool.
///
/// In simulation the functions are called in this process, at a later time of the seed's choosing.
///
/// Any thread may use it, and tasks of several loops. Its destructor cancels what has not begun, and kills what runs: a
/// `cancelled_error` comes out of either; a `call` that is not awaited yet must not outlive it.
///
/// asyncio: `concurrent.futures.ProcessPoolExecutor`.
class ROTA_API process_pool {
public:
    /// 0: as many as the machine has processors.
    explicit process_pool(std::uint32_t workers = 0);
    process_pool(process_pool const&) = delete;
    process_pool& operator=(process_pool const&) = delete;
    ~process_pool();

    /// Has a worker call `fn(args...)`, and gives what it returns.
    ///
    /// Errors: `worker_error` of what `fn` throws, or where the workers know no function of that name; `worker_died`;
    /// `system_error` where no worker can be started.
    /// Cancellation: ends the wait for a free worker at once. One that is at work is killed, and replaced; an answer that has
    /// come already is delivered.
    /// asyncio: `loop.run_in_executor(process_pool, ...)`, whose cancel lets the worker run on.
    template <class R, class... P, class... Args>
        requires(sizeof...(P) == sizeof...(Args))
    [[nodiscard]] coro<R> call(process_function<R(P...)> const& fn, Args&&... args) {
        std::string bytes;
        (detail::put_bytes<std::decay_t<P>>(bytes, std::decay_t<P>(std::forward<Args>(args))), ...);
        return ask<R>(fn.name(), std::move(bytes));
    }

    /// The most workers there are.
    std::uint32_t max_workers() const noexcept { return threads_.max_workers(); }

private:
    class workers;

    std::string exchange(std::string const& name, std::string const& request, bool here, std::stop_token const& stop);
    static bool simulated_here();

    template <class R>
    coro<R> ask(std::string name, std::string request) {
        bool const here = simulated_here();
        auto const work = [&](std::stop_token const& stop) { return exchange(name, request, here, stop); };
        std::string const answer = co_await run_in_executor(threads_, work);
        if constexpr (!std::is_void_v<R>) {
            std::string_view rest = answer;
            co_return detail::take_bytes<R>(rest);
        }
    }

    std::unique_ptr<workers> workers_;
    thread_pool threads_;  // each is one worker's; ends before them
};

}  // namespace rota::inline v0
