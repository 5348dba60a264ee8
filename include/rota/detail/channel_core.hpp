// How a channel works.
#pragma once

#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/outside_call.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/queue_items.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <array>
#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <optional>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

/// A task that waits at a channel, of whichever loop.
class ROTA_API channel_waiter : public leaf, public list_node {
public:
    enum class outcome : std::uint8_t { waiting, served, closed, destroyed, no_memory };

    bool cancel(task_state&) noexcept override;

    /// Under the senders' lock: its wait is over. Then nobody but who calls `wake`, without that lock, has a say.
    void decide(outcome as) noexcept { outcome_.store(as, std::memory_order_release); }
    /// On any thread; the waiter may be gone afterwards.
    void wake() noexcept;

    [[noreturn]] static void throw_closed();

protected:
    explicit channel_waiter(std::mutex& of) noexcept : mutex_(&of) {}
    channel_waiter(channel_waiter&& unstarted) noexcept : channel_waiter(*unstarted.mutex_) {}
    ~channel_waiter() = default;

    /// Under the senders' lock.
    void park(task_state& task, intrusive_list<channel_waiter>& in) noexcept;
    /// False: it was closed meanwhile.
    bool check_outcome() const;

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
        : channel_waiter(to.send_mutex_), channel_(to), item_(std::move(item)) {}
    channel_send_awaiter(channel_core<T>& to, T const& item)
        : channel_waiter(to.send_mutex_), channel_(to), item_(item) {}

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
    explicit channel_receive_awaiter(channel_core<T>& from) noexcept
        : channel_waiter(from.send_mutex_), channel_(from) {}
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

/// What goes through it, and who waits.
///
/// Two rings, so that who sends and who receives meet once in many items: senders fill `coming_` under their lock, receivers
/// empty `going_` under theirs. A receiver that finds `going_` empty takes the senders' lock too, always second, and
/// exchanges the rings. All who wait are under the senders' lock: a receiver waits only where both rings are empty, so an
/// item goes straight to it; a sender only where they are full, and what a taken item leaves room for goes in at once.
///
/// That a sender which begins to wait and a receiver which makes room do not miss each other: the one says that it waits
/// and then looks how many are in `going_`; the other takes one and then looks whether anybody waits. In the one order of
/// these four (they are seq_cst) at least one sees the other. What a sender remembers of `going_` is never too few, since
/// that only grows by an exchange, under its lock; so it looks anew only where there seems to be no room.
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

    /// False: there is no room; `otherwise` was called under the senders' lock.
    template <class F>
    bool send_or(T& item, F&& otherwise) {
        channel_waiter* woken = nullptr;
        {
            std::lock_guard const held(send_mutex_);
            if (closed_) channel_waiter::throw_closed();
            if (auto* const first = receivers_.pop_front()) {
                static_cast<channel_receive_awaiter<T>*>(first)->item_.fill(std::move(item));
                first->decide(channel_waiter::outcome::served);
                woken = first;
            } else if (has_room()) {
                coming_.push(std::move(item));
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
        intrusive_list<channel_waiter> served;
        {
            std::lock_guard const held(receive_mutex_);
            if (going_.size() != 0) [[likely]] {
                into.fill(going_.pop());
                going_size_.store(going_.size(), std::memory_order_seq_cst);
                if (!senders_wait_.load(std::memory_order_seq_cst)) return received::item;
                std::lock_guard const both(send_mutex_);
                let_senders_in(served);
            } else {
                std::lock_guard const both(send_mutex_);
                going_.swap(coming_);
                if (going_.size() != 0) {
                    into.fill(going_.pop());
                    seen_going_ = going_.size();
                    going_size_.store(seen_going_, std::memory_order_relaxed);
                    let_senders_in(served);
                } else if (auto* const first = senders_.pop_front()) {
                    into.fill(std::move(static_cast<channel_send_awaiter<T>*>(first)->item_));
                    first->decide(channel_waiter::outcome::served);
                    served.push_back(*first);
                } else if (closed_) {
                    return received::closed;
                } else {
                    otherwise();
                    return received::parked;
                }
            }
        }
        wake_all(served);
        return received::item;
    }

    void end(channel_waiter::outcome as) noexcept {
        intrusive_list<channel_waiter> left;
        {
            std::lock_guard const held(send_mutex_);
            closed_ = true;
            left.splice_back(receivers_);
            left.splice_back(senders_);
            for (auto* each = left.front(); each; each = left.after(*each)) each->decide(as);
        }
        wake_all(left);
    }

    std::size_t size() const noexcept {
        std::lock_guard const held(receive_mutex_);
        std::lock_guard const both(send_mutex_);
        return going_.size() + coming_.size();
    }
    bool closed() const noexcept {
        std::lock_guard const held(send_mutex_);
        return closed_;
    }
    std::size_t capacity() const noexcept { return capacity_; }

private:
    friend channel_send_awaiter<T>;
    friend channel_receive_awaiter<T>;

    /// Under the senders' lock. False: who wants to send has to wait, or to give up.
    bool has_room() noexcept {
        // Whoever waits goes first, also where a receiver has just taken an item and is about to let it in.
        if (!senders_.empty()) return false;
        if (coming_.size() + seen_going_ < capacity_) return true;
        senders_wait_.store(true, std::memory_order_seq_cst);
        seen_going_ = going_size_.load(std::memory_order_seq_cst);
        return coming_.size() + seen_going_ < capacity_;
    }

    /// Under both locks.
    void let_senders_in(intrusive_list<channel_waiter>& served) noexcept {
        while (!senders_.empty() && coming_.size() + going_.size() < capacity_) {
            auto& sender = *static_cast<channel_send_awaiter<T>*>(senders_.pop_front());
            auto how = channel_waiter::outcome::served;
            try {
                coming_.push(std::move(sender.item_));
            } catch (std::bad_alloc const&) {
                how = channel_waiter::outcome::no_memory;
            }
            sender.decide(how);
            served.push_back(sender);
        }
        seen_going_ = going_.size();
        // It may stay up in vain: where one that waited was cancelled, or one that looked found room.
        if (senders_.empty()) senders_wait_.store(false, std::memory_order_relaxed);
    }

    /// Without the locks: they may be gone, and so may the channel.
    static void wake_all(intrusive_list<channel_waiter>& decided) noexcept {
        while (auto* const each = decided.pop_front()) each->wake();
    }

    std::size_t const capacity_;

    mutable std::mutex send_mutex_;
    ring_items<T> coming_;
    std::size_t seen_going_ = 0;
    bool closed_ = false;
    intrusive_list<channel_waiter> senders_;    // empty while there is room
    intrusive_list<channel_waiter> receivers_;  // empty while there are items
    std::atomic<bool> senders_wait_{false};

    // What the other side writes is on another line of the processor's cache. No alignas: frames of coroutines do not keep it.
    [[maybe_unused]] std::array<std::byte, 64> apart_;

    mutable std::mutex receive_mutex_;
    ring_items<T> going_;
    std::atomic<std::size_t> going_size_{0};
};

}  // namespace rota::inline v0::detail
