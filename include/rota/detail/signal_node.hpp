#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/callback_node.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

class signal_subscription;

/// Brings signals from their handlers, in whatever thread they come, to a turn of its loop. Each signal is pending at most
/// once, as in the kernel. Made and closed in the loop's thread.
class ROTA_API signal_node : public waiting_callback_node {
public:
    /// One more signal; `usage_error` and `system_error` as signal subscriptions throw them.
    void subscribe(int signal);
    /// Nothing is delivered any more. It goes with this call or, where its turn is still to come, after that.
    void close() noexcept;

    void call() final;
    void discard() noexcept final;
    void withdraw() noexcept final;

protected:
    explicit signal_node(scheduler& home) noexcept;
    ~signal_node() override;
    /// Whether nothing will be delivered any more: the loop has ended.
    bool is_over() const noexcept { return closed_; }

private:
    /// A signal has come; in the loop's turn.
    virtual void deliver(int signal) = 0;

    static void told(void* self, int signal) noexcept;
    void destroy() noexcept final { delete this; }
    void unsubscribe() noexcept;

    struct subscriptions;
    std::unique_ptr<subscriptions> subscriptions_;
    std::atomic<std::uint64_t> pending_{0};
    std::atomic<bool> queued_{false};
    bool closed_ = false;
    bool owned_ = true;
};

/// What `loop.add_signal_handler` was given.
template <class F>
class signal_handler_node final : public signal_node {
public:
    template <class G>
    signal_handler_node(scheduler& home, G&& handler) : signal_node(home), handler_(std::forward<G>(handler)) {}

private:
    void deliver(int) override { std::invoke(handler_); }

    F handler_;
};

/// `f(args...)` on copies, to be called any number of times.
template <class F, class... Args>
auto bind_for_ever(F&& f, Args&&... args) {
    if constexpr (sizeof...(Args) == 0) {
        return std::decay_t<F>(std::forward<F>(f));
    } else {
        return [function = std::decay_t<F>(std::forward<F>(f)),
                arguments = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)]() mutable {
            std::apply(function, arguments);
        };
    }
}

}  // namespace rota::inline v0::detail
