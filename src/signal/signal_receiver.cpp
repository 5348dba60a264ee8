#include <rota/signal/signal_receiver.hpp>

#include <rota/base/error.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/signal_node.hpp>
#include <rota/sync/event.hpp>

#include <bit>
#include <cstdint>

namespace rota::inline v0 {
namespace detail {

class signal_inbox final : public signal_node {
public:
    explicit signal_inbox(loop& home) noexcept : signal_node(home) {}

    coro<int> next() {
        while (waiting_ == 0) {
            if (is_over()) throw_usage_error("signal_receiver: its loop has ended");
            co_await arrived_.wait();
            arrived_.clear();
        }
        int const signal = std::countr_zero(waiting_) + 1;
        waiting_ &= waiting_ - 1;
        co_return signal;
    }

private:
    void deliver(int signal) override {
        waiting_ |= std::uint64_t{1} << (signal - 1);
        arrived_.set();
    }

    std::uint64_t waiting_ = 0;
    event arrived_;
};

}  // namespace detail

signal_receiver::signal_receiver(nothing_yet) : inbox_(new detail::signal_inbox(running_loop())) {}

// The constructor that delegated here has a destructor to come, also where this throws.
void signal_receiver::add(int signal) { inbox_->subscribe(signal); }

signal_receiver::~signal_receiver() { inbox_->close(); }

coro<int> signal_receiver::next() { return inbox_->next(); }

}  // namespace rota::inline v0
