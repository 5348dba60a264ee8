#pragma once

#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/outside_call.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/queue_items.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

/// The channel was closed: nothing goes in any more, and nothing is left to come out.
///
/// asyncio: has no channels; `QueueShutDown` is the like of it.
class ROTA_API channel_closed : public std::exception {
public:
    char const* what() const noexcept override;
};

namespace detail {

/// A task that waits at a channel, of whichever loop.
class ROTA_API channel_waiter : public leaf, public list_node {
public:
    enum class outcome : std::uint8_t { waiting, served, closed, destroyed };

    bool cancel(task_state&) noexcept override;

    /// Under the channel's lock: its wait is over. Then nobody but who calls `wake`, without that lock, has a say.
    void decide(outcome as) noexcept { outcome_.store(as, std::memory_order_release); }
    /// On any thread; the waiter may be gone afterwards.
    void wake() noexcept;

protected:
    explicit channel_waiter(std::mutex& of) noexcept : mutex_(&of) {}
    channel_waiter(channel_waiter&& unstarted) noexcept : channel_waiter(*unstarted.mutex_) {}
    ~channel_waiter() = default;

    /// Under the channel's lock.
    void park(task_state& task, intrusive_list<channel_waiter>& in) noexcept;
    /// False: it was closed meanwhile.
    bool check_outcome() const;
    [[noreturn]] static void throw_closed();

private:
    std::mutex* mutex_;
    task_state* task_ = nullptr;
    scheduler* home_ = nullptr;
    std::atomic<outcome> outcome_{outcome::served};
    outside_call back_;
};

template <class T>
class channel_core;

template <class T>
class channel_send_awaiter final : public channel_waiter {
public:
    channel_send_awaiter(channel_core<T>& to, T&& item) noexcept
        : channel_waiter(to.mutex_), channel_(to), item_(std::move(item)) {}
    channel_send_awaiter(channel_core<T>& to, T const& item) : channel_waiter(to.mutex_), channel_(to), item_(item) {}

    bool await_ready() { return may_finish_at_once() && channel_.try_send(item_); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& task = suspend_here(awaiting.promise(), line);
        if (task.visible != 0) [[unlikely]]
            return task.raise_at_entry();
        if (channel_.send_or(item_, [&] { this->park(task, channel_.senders_); })) return let_others_go_first(task);
        return true;
    }
    void await_resume() const {
        check_raise();
        if (!this->check_outcome()) throw_closed();
    }

    char const* waits_for() const noexcept override { return "channel.send"; }

private:
    friend channel_core<T>;
    channel_core<T>& channel_;
    T item_;
};

template <class T>
class channel_receive_awaiter : public channel_waiter {
public:
    explicit channel_receive_awaiter(channel_core<T>& from) noexcept : channel_waiter(from.mutex_), channel_(from) {}
    channel_receive_awaiter(channel_receive_awaiter&& unstarted) noexcept
        : channel_waiter(std::move(unstarted)), channel_(unstarted.channel_) {}

    bool await_ready() { return may_finish_at_once() && channel_.try_receive(item_); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& task = suspend_here(awaiting.promise(), line);
        if (task.visible != 0) [[unlikely]]
            return task.raise_at_entry();
        switch (channel_.receive_or(item_, [&] { this->park(task, channel_.receivers_); })) {
            case channel_core<T>::received::parked: return true;
            case channel_core<T>::received::closed: this->decide(outcome::closed); [[fallthrough]];
            case channel_core<T>::received::item: break;
        }
        return let_others_go_first(task);
    }
    T await_resume() {
        if (!has_item()) throw_closed();
        return item_.take();
    }

    char const* waits_for() const noexcept override { return "channel.receive"; }

protected:
    /// False: closed, and nothing left.
    bool has_item() {
        if (item_.filled()) [[likely]]
            return true;
        check_raise();
        return this->check_outcome();
    }

    result_slot<T> item_;

private:
    friend channel_core<T>;
    channel_core<T>& channel_;
};

/// The same, to which the end of the channel is no error.
template <class T>
class channel_next_awaiter final : public channel_receive_awaiter<T> {
public:
    using channel_receive_awaiter<T>::channel_receive_awaiter;

    std::optional<T> await_resume() {
        if (!this->has_item()) return std::nullopt;
        return this->item_.take();
    }

    char const* waits_for() const noexcept override { return "channel.next"; }
};

/// What goes through it, and who waits. An item goes straight to a receiver that waits; what a taken item leaves room for
/// goes in at once. Who is served is decided under the lock, and woken without it.
template <class T>
class channel_core {
public:
    explicit channel_core(std::size_t capacity) noexcept : capacity_(capacity) {}
    channel_core(channel_core const&) = delete;
    channel_core& operator=(channel_core const&) = delete;
    ~channel_core() { end(channel_waiter::outcome::destroyed); }

    enum class received : std::uint8_t { item, parked, closed };

    bool try_send(T& item) {
        return send_or(item, [] {});
    }
    bool try_receive(result_slot<T>& into) {
        return receive_or(into, [] {}) == received::item;
    }

    /// False: there is no room; `otherwise` was called under the lock.
    template <class F>
    bool send_or(T& item, F&& otherwise) {
        channel_waiter* woken = nullptr;
        {
            std::lock_guard const held(mutex_);
            if (closed_) throw channel_closed();
            if (auto* const first = receivers_.pop_front()) {
                static_cast<channel_receive_awaiter<T>*>(first)->item_.fill(std::move(item));
                first->decide(channel_waiter::outcome::served);
                woken = first;
            } else if (items_.size() < capacity_) {
                items_.push(std::move(item));
                return true;
            } else {
                otherwise();
                return false;
            }
        }
        woken->wake();
        return true;
    }

    template <class F>
    received receive_or(result_slot<T>& into, F&& otherwise) {
        channel_waiter* woken = nullptr;
        {
            std::lock_guard const held(mutex_);
            woken = senders_.front();
            auto* const sender = static_cast<channel_send_awaiter<T>*>(woken);
            if (items_.size() != 0) {
                into.fill(items_.pop());
                // There is room for it now, and nothing to allocate.
                if (sender) items_.push(std::move(sender->item_));
            } else if (sender) {
                into.fill(std::move(sender->item_));
            } else if (closed_) {
                return received::closed;
            } else {
                otherwise();
                return received::parked;
            }
            if (sender) {
                sender->unlink();
                sender->decide(channel_waiter::outcome::served);
            }
        }
        if (woken) woken->wake();
        return received::item;
    }

    void end(channel_waiter::outcome as) noexcept {
        intrusive_list<channel_waiter> left;
        {
            std::lock_guard const held(mutex_);
            closed_ = true;
            left.splice_back(receivers_);
            left.splice_back(senders_);
            for (auto* each = left.front(); each; each = left.after(*each)) each->decide(as);
        }
        while (auto* const each = left.pop_front()) each->wake();
    }

    std::size_t size() const noexcept {
        std::lock_guard const held(mutex_);
        return items_.size();
    }
    bool closed() const noexcept {
        std::lock_guard const held(mutex_);
        return closed_;
    }
    std::size_t capacity() const noexcept { return capacity_; }

private:
    friend channel_send_awaiter<T>;
    friend channel_receive_awaiter<T>;

    mutable std::mutex mutex_;
    ring_items<T> items_;
    std::size_t const capacity_;
    bool closed_ = false;
    intrusive_list<channel_waiter> senders_;    // empty while there is room
    intrusive_list<channel_waiter> receivers_;  // empty while there are items
};

}  // namespace detail

/// Items from tasks to tasks, also between loops in different threads: first in, first out, first come first served on both
/// sides. It holds `capacity` items, and its senders back; with 0 each of them waits for who receives its item.
///
///     while (auto item = co_await jobs.next()) work_on(*item);
///
/// Any T that moves without an exception, move-only ones too. Any thread may use it; it does not move itself, and must
/// outlive those who use it. Where it is destroyed while tasks wait, they get a `usage_error`. In simulation both sides belong
/// to the one loop.
///
/// asyncio: has nothing like it; its queues belong to one loop, and `janus` is what people use.
template <class T>
class channel {
    static_assert(
        std::is_object_v<T> && std::is_nothrow_move_constructible_v<T>,
        "rota::channel: items must be objects that move without an exception; send std::unique_ptr<T> instead");

public:
    using value_type = T;

    explicit channel(std::size_t capacity) noexcept : core_(capacity) {}

    /// Waits for room, and sends `item`. Where there is room it does not give up the turn, but for once in a while, so that
    /// nothing starves.
    ///
    /// Errors: `channel_closed`, also where that happens while it waits; `std::bad_alloc`. After an error the item was not
    /// sent: it was moved into the await and ends with it.
    /// Cancellation: ends the wait at once, and the item is not sent. One that a receiver has, or that is in the channel,
    /// stays so, and the cancel comes out of the next await.
    /// asyncio: has nothing like it.
    [[nodiscard]] detail::channel_send_awaiter<T> send(T&& item) noexcept {
        return detail::channel_send_awaiter<T>(core_, std::move(item));
    }
    [[nodiscard]] detail::channel_send_awaiter<T> send(T const& item)
        requires std::is_copy_constructible_v<T>
    {
        return detail::channel_send_awaiter<T>(core_, item);
    }

    /// Waits for an item, and takes it.
    ///
    /// Errors: `channel_closed` where nothing is left.
    /// Cancellation: ends the wait at once, and no item is taken. One that was handed over already is delivered, and the
    /// cancel comes out of the next await.
    /// asyncio: has nothing like it.
    [[nodiscard]] detail::channel_receive_awaiter<T> receive() noexcept {
        return detail::channel_receive_awaiter<T>(core_);
    }

    /// The next item, or nothing once the channel is closed and nothing is left: what a receiver loops over.
    ///
    /// Cancellation: as `receive`.
    /// asyncio: has nothing like it.
    [[nodiscard]] detail::channel_next_awaiter<T> next() noexcept { return detail::channel_next_awaiter<T>(core_); }

    /// Sends `item` where that needs no wait. Where not, false, and `item` is as it was. Also from threads without a loop.
    ///
    /// Errors: `channel_closed`, `std::bad_alloc`.
    /// asyncio: `Queue.put_nowait`, which throws where it is full.
    bool try_send(T&& item) { return core_.try_send(item); }
    bool try_send(T const& item)
        requires std::is_copy_constructible_v<T>
    {
        T copy(item);
        return core_.try_send(copy);
    }

    /// Takes an item if one is there. Also from threads without a loop.
    ///
    /// asyncio: `Queue.get_nowait`, which throws where it is empty.
    std::optional<T> try_receive() {
        detail::result_slot<T> item;
        if (!core_.try_receive(item)) return std::nullopt;
        return item.take();
    }

    /// Nothing goes in any more: `send`, also one that waits, throws `channel_closed`, and so does `receive` when nothing is
    /// left. Closing it again does nothing.
    void close() noexcept { core_.end(detail::channel_waiter::outcome::closed); }
    /// Whether it was closed.
    bool closed() const noexcept { return core_.closed(); }

    /// The items in it, at some moment of this call.
    std::size_t size() const noexcept { return core_.size(); }
    /// How many it holds.
    std::size_t capacity() const noexcept { return core_.capacity(); }

private:
    detail::channel_core<T> core_;
};

}  // namespace rota::inline v0
