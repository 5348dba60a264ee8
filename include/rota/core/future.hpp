#pragma once

#include <rota/base/export.hpp>
#include <rota/base/frame_pool.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/errors.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/task_callbacks.hpp>
#include <rota/detail/task_start.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// What the handles of a future share, but for the result's type.
struct ROTA_API future_state {
    enum class stage : std::uint8_t { pending, value, error, cancelled };

    explicit future_state(scheduler& on) noexcept : home(&on) {}
    virtual ~future_state() = default;
    future_state(future_state const&) = delete;
    future_state& operator=(future_state const&) = delete;

    void add_reference() noexcept { ++references; }
    void drop_reference() noexcept {
        if (--references == 0) last_reference_dropped();
    }

    void require_pending() const;
    void finish(stage as) noexcept;
    bool cancel() noexcept;
    /// The error, which counts as seen; null where there is a value.
    std::exception_ptr see_error();
    /// Throws unless there is a value.
    void require_value();

    static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
    static void operator delete(void* block, std::size_t size) noexcept { frame_pool::release(block, size); }

    scheduler* home;
    std::uint32_t references = 1;
    stage now = stage::pending;
    bool error_seen = false;
    std::exception_ptr error{};
    waiter_ring waiters;

private:
    void last_reference_dropped() noexcept;
};

template <class T>
struct typed_future_state final : future_state {
    using future_state::future_state;
    result_slot<T> value;
};
template <>
struct typed_future_state<void> final : future_state {
    using future_state::future_state;
};

/// Waits for a future. Cancelling who waits cancels the future, as it cancels a task.
class ROTA_API future_awaiter : public leaf, public waiting_task {
public:
    explicit future_awaiter(future_state& awaited) noexcept : awaited_(&awaited) { awaited_->add_reference(); }
    future_awaiter(future_awaiter&& other) noexcept
        : leaf(static_cast<leaf&&>(other)), waiting_task(), awaited_(std::exchange(other.awaited_, nullptr)) {}
    future_awaiter& operator=(future_awaiter&&) = delete;
    ~future_awaiter() {
        if (awaited_) awaited_->drop_reference();
    }

    bool await_ready() const noexcept { return done() && --hot.budget > 0; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        waiting = &suspend_here(awaiting.promise(), line);
        if (done()) [[unlikely]] {
            wake(*waiting);  // its budget is used up
            return true;
        }
        if (waiting->visible != 0) [[unlikely]]
            return waiting->raise_at_entry();
        if (awaited_->home != waiting->home) [[unlikely]]
            throw_usage_error(
                "a future was awaited that belongs to another loop; have it set a future of this one by "
                "call_soon_threadsafe");
        waiting->parked = this;
        awaited_->waiters.add(*this);
        return true;
    }

    bool cancel(task_state&) noexcept override;
    void each_awaited(awaited_visitor& to) const override { to.visit(awaited_); }
    char const* waits_for() const noexcept override { return "a future"; }

    bool take_cancel() const noexcept { return take_raise() || awaited_->now == future_state::stage::cancelled; }
    std::exception_ptr take_error() const { return awaited_->see_error(); }

protected:
    future_state& resume() const {
        check_raise();
        awaited_->require_value();
        return *awaited_;
    }

private:
    bool done() const noexcept { return awaited_->now != future_state::stage::pending; }

protected:
    future_state* awaited_;
};

template <class T>
struct typed_future_awaiter : future_awaiter {
    using future_awaiter::future_awaiter;
    decltype(auto) await_resume() const {
        future_state& awaited = resume();
        if constexpr (!std::is_void_v<T>)
            return static_cast<std::add_lvalue_reference_t<T const>>(
                static_cast<typed_future_state<T>&>(awaited).value.get());
    }
};

/// A callback that waits for a future to be done, then for its turn. It does not keep the future: one that is dropped while
/// it is pending takes its callbacks with it.
template <class T, class F>
class future_callback final : public waiting_callback_node, public completion_waiter {
public:
    template <class G>
    future_callback(scheduler& home, typed_future_state<T>& awaited, G&& f)
        : waiting_callback_node(home),
          completion_waiter(&future_callback::awaited_is_done),
          awaited_(&awaited),
          function_(std::forward<G>(f)) {}

    void call() override;
    void discard() noexcept override { function_.reset(); }
    void begin() noexcept {
        if (awaited_->now != future_state::stage::pending) return finish();
        keep_callback(*home_, *this);
        awaited_->waiters.add(*this);
    }
    void withdraw() noexcept override {
        if (!completion_waiter::linked()) return;
        list_node::unlink();
        awaited_->waiters.remove(*this);
        drop_reference();
    }

private:
    ~future_callback() override {
        if (kept_) awaited_->drop_reference();
    }
    void destroy() noexcept override { delete this; }

    static void awaited_is_done(completion_waiter& waiter) noexcept {
        auto& self = static_cast<future_callback&>(waiter);
        self.list_node::unlink();
        if (self.awaited_->now == future_state::stage::pending) return self.drop_reference();
        self.finish();
    }
    void finish() noexcept {
        awaited_->add_reference();
        kept_ = true;
        home_->push(*this);
    }

    typed_future_state<T>* awaited_;
    bool kept_ = false;
    std::optional<F> function_;
};

}  // namespace detail

/// A result that somebody will set: the bridge from callbacks to `co_await`. A copyable handle, empty by default; made by
/// `create_future`. It belongs to its loop's thread; any number of tasks may await it.
///
/// Errors: `invalid_state_error` where a result is asked for too early or set twice. An error that nobody ever asks for
/// reaches the exception handler.
/// Cancellation: cancelling who awaits it cancels the future, and so everyone who waits on it; check `cancelling()` of the
/// task to tell whose cancel it was. `shield` its wait where that is not wanted.
/// asyncio: `Future`.
template <class T = void>
class future {
public:
    using value_type = T;

    future() = default;
    future(future const& other) noexcept : state_(other.state_) {
        if (state_) state_->add_reference();
    }
    future(future&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    future& operator=(future other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~future() {
        if (state_) state_->drop_reference();
    }

    explicit operator bool() const noexcept { return state_ != nullptr; }
    friend bool operator==(future const& a, future const& b) noexcept { return a.state_ == b.state_; }

    /// Has a result, an error, or was cancelled.
    bool done() const { return state().now != stage::pending; }
    bool cancelled() const { return state().now == stage::cancelled; }
    /// Ends it with `cancelled_error`. False where it is done already.
    bool cancel() const { return state("future.cancel").cancel(); }

    /// Ends it with a value and wakes who awaits it, each in its turn. Throws `invalid_state_error` where it is done already.
    template <class U = T>
        requires(!std::is_void_v<T> && std::convertible_to<U &&, T>)
    void set_result(U&& value) const {
        state("future.set_result").require_pending();
        state_->value.fill(std::forward<U>(value));
        state_->finish(stage::value);
    }
    void set_result() const
        requires std::is_void_v<T>
    {
        state("future.set_result").require_pending();
        state_->finish(stage::value);
    }

    /// The same with an error. Throws `usage_error` for a null one.
    void set_exception(std::exception_ptr error) const {
        state("future.set_exception").require_pending();
        if (!error) detail::throw_usage_error("future: set_exception of no exception");
        state_->error = std::move(error);
        state_->finish(stage::error);
    }
    template <class E>
        requires(!std::same_as<std::remove_cvref_t<E>, std::exception_ptr>)
    void set_exception(E&& error) const {
        set_exception(std::make_exception_ptr(std::forward<E>(error)));
    }

    /// The result. Throws the error, `cancelled_error`, or `invalid_state_error` before it is done.
    decltype(auto) result() const {
        state("future.result").require_value();
        if constexpr (!std::is_void_v<T>) return static_cast<std::add_lvalue_reference_t<T const>>(state_->value.get());
    }
    /// The error; null where there is a value. Throws `cancelled_error`, or `invalid_state_error` before it is done.
    std::exception_ptr exception() const { return state("future.exception").see_error(); }

    /// Has the loop call `f(future)` when it is done, or soon where it is: in the context of this call, or in a given one.
    /// `f` is called in a turn of the loop, never from where the result is set. A future that is dropped while it is
    /// pending takes its callbacks with it. Throws `usage_error` outside its loop.
    template <class F>
    callback_handle add_done_callback(F&& f) const {
        return add_callback(detail::current_context(), std::forward<F>(f));
    }
    template <class F>
    callback_handle add_done_callback(context const& in, F&& f) const {
        return add_callback(in.map(), std::forward<F>(f));
    }
    /// Takes back what `add_done_callback` gave `added` for, as `added.cancel()` does: also where the future is done and
    /// only the turn has not come. Whether it was in time.
    ///
    /// asyncio: takes the function, and gives how often it was there.
    static bool remove_done_callback(callback_handle added) { return added.cancel(); }

    /// The loop it belongs to. Throws `usage_error` where that is not the one that runs here.
    loop& get_loop() const {
        loop& here = running_loop();
        if (state().home != &here) detail::throw_usage_error("get_loop: the future belongs to another loop");
        return here;
    }

    auto operator co_await() const { return detail::typed_future_awaiter<T>(state()); }

    /// For Rota's own callbacks and combinators.
    detail::typed_future_state<T>& state() const {
        if (state_ == nullptr)
            detail::throw_usage_error("this future is empty, or was moved from; create_future gives full ones");
        return *state_;
    }
    /// For Rota's own callbacks.
    void const* identity() const { return static_cast<detail::future_state const*>(&state()); }
    static future adopt(detail::typed_future_state<T>* counted) noexcept { return future(counted); }

private:
    using stage = detail::future_state::stage;
    explicit future(detail::typed_future_state<T>* counted) noexcept : state_(counted) {}

    template <class F>
    callback_handle add_callback(detail::context_map* in, F&& f) const {
        detail::scheduler& home = detail::home_for_callback(state("future.add_done_callback").home, done());
        auto* const node = new detail::future_callback<T, std::decay_t<F>>(home, *state_, std::forward<F>(f));
        node->context = detail::share(in);
        callback_handle handle = callback_handle::of(*node);
        node->begin();
        return handle;
    }
    detail::typed_future_state<T>& state(char const* call) const {
        detail::check_owner(state().home, call);
        return *state_;
    }

    detail::typed_future_state<T>* state_ = nullptr;
};

template <class T, class F>
void detail::future_callback<T, F>::call() {
    awaited_->add_reference();
    (*function_)(future<T>::adopt(awaited_));
}

/// A pending future of the running loop. Throws `usage_error` where none runs in this thread.
///
/// asyncio: `loop.create_future()`.
template <class T = void>
future<T> create_future() {
    return future<T>::adopt(new detail::typed_future_state<T>(detail::running_scheduler("create_future")));
}

}  // namespace rota::inline v0
