#pragma once

#include <rota/base/frame_pool.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/base/signal_safe_pool.hpp>
#include <rota/detail/context_map.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/ready_queue.hpp>
#include <rota/detail/timer_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

/// A function that the loop is to call: one block, with the function in it. Shared by the loop and its handle.
class callback_node : public runnable {
public:
    virtual void call() = 0;
    /// Lets the function go; nobody will call it any more.
    virtual void discard() noexcept = 0;
    /// Disarms its timer, if it has one.
    virtual void withdraw() noexcept {}
    /// What it waits for where that is a time.
    virtual std::optional<clock::time_point> deadline() const noexcept { return std::nullopt; }
    /// The loop that it is to be withdrawn from, if any.
    virtual scheduler const* home() const noexcept { return hot.running; }

    void add_reference() noexcept { ++references_; }
    void drop_reference() noexcept {
        if (--references_ == 0) destroy();
    }

    bool cancelled = false;
    bool called = false;  // or being called
    context_map* context = nullptr;

    static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
    static void operator delete(void* block, std::size_t size) noexcept { frame_pool::release(block, size); }

protected:
    callback_node() noexcept : runnable(runnable_kind::callback) {}
    virtual ~callback_node() { release(context); }
    virtual void destroy() noexcept = 0;

private:
    std::uint32_t references_ = 1;
};

/// One that is handed over from outside: by another thread, or by a signal handler, which may have interrupted whatever
/// else allocates.
class outside_callback_node : public callback_node {
public:
    static void* operator new(std::size_t size) { return signal_safe_pool::allocate(size); }
    static void operator delete(void* block) noexcept { signal_safe_pool::release(block); }
};

template <class Base, class F>
class callback final : public Base {
public:
    template <class G, class... BaseArgs>
    explicit callback(G&& to_call, BaseArgs&&... base) : Base(std::forward<BaseArgs>(base)...) {
        ::new (static_cast<void*>(&function_)) F(std::forward<G>(to_call));
    }

    void call() override { function_(); }
    void discard() noexcept override {
        if (std::exchange(present_, false)) function_.~F();
    }

private:
    ~callback() override { discard(); }
    void destroy() noexcept override { delete this; }

    union {
        F function_;
    };
    bool present_ = true;
};

/// `f(args...)` from copies, to be called once.
template <class F, class... Args>
auto bind_copies(F&& f, Args&&... args) {
    if constexpr (sizeof...(Args) == 0) {
        return std::decay_t<F>(std::forward<F>(f));
    } else {
        return [function = std::decay_t<F>(std::forward<F>(f)),
                arguments = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)]() mutable {
            std::apply(std::move(function), std::move(arguments));
        };
    }
}

/// A callback that waits for something before its turn can come. What still waits when its loop ends is let go.
class waiting_callback_node : public callback_node, public list_node {
protected:
    explicit waiting_callback_node(scheduler& home) noexcept : home_(&home) {}
    scheduler const* home() const noexcept final { return home_; }

    scheduler* home_;
};

/// Lets `node` go when its loop ends, if it still waits then.
ROTA_API void keep_callback(scheduler& home, waiting_callback_node& node) noexcept;

/// A callback with a deadline.
class ROTA_API timed_callback_node : public waiting_callback_node, public timer_node {
public:
    explicit timed_callback_node(scheduler& home) noexcept : waiting_callback_node(home) {}

    void withdraw() noexcept override;
    std::optional<clock::time_point> deadline() const noexcept override { return when(); }
    bool cancel(task_state&) noexcept override { return false; }
    void fire() noexcept override;
    char const* waits_for() const noexcept override { return "call_later"; }
};

}  // namespace rota::inline v0::detail
