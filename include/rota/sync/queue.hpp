#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/queue_items.hpp>
#include <rota/detail/wait_list.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

/// `get_nowait` found nothing.
///
/// asyncio: `QueueEmpty`.
class ROTA_API queue_empty : public std::exception {
public:
    char const* what() const noexcept override;
};

/// `put_nowait` found no room.
///
/// asyncio: `QueueFull`.
class ROTA_API queue_full : public std::exception {
public:
    char const* what() const noexcept override;
};

/// The queue was shut down: nothing goes in any more, and nothing is left to come out.
///
/// asyncio: `QueueShutDown`.
class ROTA_API queue_shut_down : public std::exception {
public:
    char const* what() const noexcept override;
};

namespace detail {

/// The items that were put and are not yet done, for `join`.
class ROTA_API unfinished_items {
public:
    void add() noexcept { ++count_; }
    void done() {
        if (count_ == 0) [[unlikely]]
            throw_too_many();
        waiters_.check_owner("queue.task_done");
        if (--count_ == 0) waiters_.wake_all(nullptr);
    }
    void drop(std::size_t n) noexcept {
        count_ -= n < count_ ? n : count_;
        if (count_ == 0) waiters_.wake_all(nullptr);
    }

private:
    template <class Object>
    friend class entry_awaiter;

    static constexpr char const* wait_name = "queue.join";
    bool try_enter() const noexcept { return count_ == 0; }
    [[noreturn]] static void throw_too_many();

    std::size_t count_ = 0;
    wait_list waiters_;
};

/// A waiter for room or for an item. It knows by itself whether it got that; all else is told here.
class ROTA_API queue_waiter : public waiter {
protected:
    using waiter::waiter;
    /// Throws why it did not: cancelled, destroyed or shut down.
    [[noreturn]] void throw_reason() const;
    /// The same, but returns where it was shut down.
    void throw_unless_shut_down() const;
    [[noreturn]] static void throw_shut_down();
};

template <class Core>
class queue_put_awaiter final : public queue_waiter {
    using T = typename Core::value_type;

public:
    explicit queue_put_awaiter(Core& at, T&& item) noexcept : queue_waiter(&at), item_(std::move(item)) {}
    explicit queue_put_awaiter(Core& at, T const& item) : queue_waiter(&at), item_(item) {}
    template <class... Args>
    explicit queue_put_awaiter(Core& at, std::in_place_t, Args&&... args)
        : queue_waiter(&at), item_(std::forward<Args>(args)...) {}

    bool await_ready() { return may_finish_at_once() && (accepted_ = queue().try_put(std::move(item_))); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& suspended = suspend_here(awaiting.promise(), line);
        if (suspended.visible != 0) [[unlikely]]
            return suspended.raise_at_entry();
        if (accepted_ = queue().try_put_again(std::move(item_)); accepted_) [[unlikely]]
            wake(suspended);  // its budget is used up
        else if (queue().shut_down_) [[unlikely]]
            throw_shut_down();
        else
            queue().putters_.park(*this, suspended);
        return true;
    }

    void await_resume() const {
        if (accepted_) [[likely]]
            return;
        if constexpr (Core::items_type::compares) {
            if (error_) std::rethrow_exception(error_);
        }
        throw_reason();
    }
    bool take_cancel() const noexcept { return !accepted_ && take_raise(); }

    char const* waits_for() const noexcept override { return "queue.put"; }

private:
    friend Core;
    Core& queue() const noexcept { return *static_cast<Core*>(object); }

    struct no_error {};

    [[no_unique_address]] std::conditional_t<Core::items_type::compares, std::exception_ptr, no_error> error_{};
    T item_;
    bool accepted_ = false;
};

template <class Core>
class queue_get_awaiter : public queue_waiter {
protected:
    using T = typename Core::value_type;

public:
    explicit queue_get_awaiter(Core& at) noexcept : queue_waiter(&at) {}
    queue_get_awaiter(queue_get_awaiter&& unparked) noexcept : queue_waiter(std::move(unparked)) {}

    bool await_ready() { return queue().items_.size() != 0 && may_finish_at_once() && get(); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& suspended = suspend_here(awaiting.promise(), line);
        if (suspended.visible != 0) [[unlikely]]
            return suspended.raise_at_entry();
        if (!wait(suspended)) [[unlikely]]
            throw_shut_down();
        return true;
    }

    T await_resume() {
        if (!item_.filled()) [[unlikely]]
            throw_reason();
        return item_.take();
    }
    bool take_cancel() const noexcept { return !item_.filled() && take_raise(); }

    char const* waits_for() const noexcept override { return "queue.get"; }

protected:
    /// False: nothing is left, and nothing will come.
    bool wait(task_state& suspended) {
        if (queue().items_.size() != 0) [[unlikely]] {
            get();
            wake(suspended);  // its budget is used up
        } else if (queue().shut_down_) [[unlikely]]
            return false;
        else
            queue().getters_.park(*this, suspended);
        return true;
    }

    result_slot<T> item_;

private:
    friend Core;
    Core& queue() const noexcept { return *static_cast<Core*>(object); }
    bool get() {
        item_.fill(queue().take());
        return true;
    }
};

/// The same, to which the end of the queue is no error.
template <class Core>
class queue_next_awaiter final : public queue_get_awaiter<Core> {
    using typename queue_get_awaiter<Core>::T;

public:
    using queue_get_awaiter<Core>::queue_get_awaiter;

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& suspended = suspend_here(awaiting.promise(), line);
        if (suspended.visible != 0) [[unlikely]]
            return suspended.raise_at_entry();
        return this->wait(suspended);
    }

    std::optional<T> await_resume() {
        if (this->item_.filled()) [[likely]]
            return this->item_.take();
        this->throw_unless_shut_down();
        return std::nullopt;
    }

    char const* waits_for() const noexcept override { return "queue.next"; }
};

/// All that the kinds of queues have in common; they differ in which item comes out next.
///
/// Tasks wait for an item only while there is none, and for room only while there is none: an item that is put while a task
/// waits goes into its awaiter, and the room that a taken item leaves goes to the task that waits for it.
template <class T, class Items>
class queue_core {
    static_assert(
        std::is_object_v<T> && std::is_nothrow_move_constructible_v<T>,
        "rota::queue: items must be objects that move without an exception; queue std::unique_ptr<T> instead");

public:
    using value_type = T;
    using items_type = Items;

    queue_core(queue_core const&) = delete;
    queue_core& operator=(queue_core const&) = delete;

    /// Waits for room, and puts `item` in; a task that waits for an item gets it at once. Where there is room it does not
    /// give up the turn, but for once in a while, so that nothing starves.
    ///
    /// Errors: `queue_shut_down`; `usage_error` where the queue is destroyed meanwhile, or tasks of another loop wait for
    /// it; `std::bad_alloc`. After an error the item is not in the queue: it was moved into the await and ends with it.
    /// Cancellation: ends the wait at once, and the item is not put. One that was put already stays so, and the cancel
    /// comes out of the next await.
    /// asyncio: `Queue.put`; first come first served here, there a newcomer may overtake.
    [[nodiscard]] queue_put_awaiter<queue_core> put(T&& item) noexcept {
        return queue_put_awaiter<queue_core>(*this, std::move(item));
    }
    [[nodiscard]] queue_put_awaiter<queue_core> put(T const& item)
        requires std::copy_constructible<T>
    {
        return queue_put_awaiter<queue_core>(*this, item);
    }

    /// The same of an item made of `args`, as `T(args...)`. With GCC 12 the way for aggregates: a temporary one, as in
    /// `co_await q.put(job{"x"})`, is destroyed twice by that compiler; or give it a name and move it.
    ///
    /// Errors: as `put`.
    /// Cancellation: as `put`.
    /// asyncio: has nothing like it.
    template <class... Args>
        requires std::constructible_from<T, Args...>
    [[nodiscard]] queue_put_awaiter<queue_core> emplace(Args&&... args) {
        return queue_put_awaiter<queue_core>(*this, std::in_place, std::forward<Args>(args)...);
    }

    /// Puts `item` in. After an error it is as it was: not moved from.
    ///
    /// Errors: `queue_full`, `queue_shut_down`, `std::bad_alloc`.
    /// asyncio: `Queue.put_nowait`.
    void put_nowait(T&& item) {
        if (shut_down_) throw queue_shut_down();
        getters_.check_owner("queue.put_nowait");
        if (!try_put(std::move(item))) throw queue_full();
    }
    void put_nowait(T const& item)
        requires std::copy_constructible<T>
    {
        put_nowait(T(item));
    }

    /// Waits for an item, and takes it. Where there is one it does not give up the turn, but for once in a while, so that
    /// nothing starves.
    ///
    /// Errors: `queue_shut_down` where nothing is left; `usage_error` where the queue is destroyed meanwhile, or tasks of
    /// another loop wait for it.
    /// Cancellation: ends the wait at once, and no item is taken. One that was handed over already is delivered, and the
    /// cancel comes out of the next await.
    /// asyncio: `Queue.get`; first come first served here, there a newcomer may overtake.
    [[nodiscard]] queue_get_awaiter<queue_core> get() noexcept { return queue_get_awaiter<queue_core>(*this); }

    /// The next item, or nothing once the queue is shut down and nothing is left: what a consumer loops over.
    ///
    ///     while (auto item = co_await jobs.next()) work_on(*item);
    ///
    /// Errors: as `get`, without `queue_shut_down`.
    /// Cancellation: as `get`.
    /// asyncio: has nothing like it; there a loop ends by catching `QueueShutDown`.
    [[nodiscard]] queue_next_awaiter<queue_core> next() noexcept { return queue_next_awaiter<queue_core>(*this); }

    /// Takes an item.
    ///
    /// Errors: `queue_empty`, `queue_shut_down` where nothing is left.
    /// asyncio: `Queue.get_nowait`.
    T get_nowait() {
        if (empty()) {
            if (shut_down_) throw queue_shut_down();
            throw queue_empty();
        }
        putters_.check_owner("queue.get_nowait");
        return take();
    }

    /// The items in it; those handed to a task that waited are out already.
    ///
    /// asyncio: `Queue.qsize`, which counts an item until the task's turn has come.
    std::size_t qsize() const noexcept { return items_.size(); }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.size() == 0; }
    /// Whether `put` would have to wait; never where there is no limit.
    bool full() const noexcept { return maxsize_ != 0 && items_.size() >= maxsize_; }
    /// The limit; 0: none.
    std::size_t maxsize() const noexcept { return maxsize_; }

    /// Says that one of the items taken is dealt with.
    ///
    /// Errors: `usage_error` where it is called more often than items were put.
    /// asyncio: `Queue.task_done`; ValueError there.
    void task_done() { unfinished_.done(); }

    /// Waits until `task_done` was called for every item put.
    ///
    /// Errors: `usage_error` where the queue is destroyed meanwhile, or tasks of another loop wait for it.
    /// Cancellation: ends the wait at once; nothing is lost.
    /// asyncio: `Queue.join`.
    [[nodiscard]] entry_awaiter<unfinished_items> join() noexcept {
        return entry_awaiter<unfinished_items>(unfinished_);
    }

    /// Nothing goes in any more: `put`, also one that waits for room, throws `queue_shut_down`; and so does `get` when
    /// nothing is left. With `immediate` the items that are left are dropped, and count as done for `join`.
    ///
    /// asyncio: `Queue.shutdown`.
    void shutdown(bool immediate = false) {
        getters_.check_owner("queue.shutdown");
        putters_.check_owner("queue.shutdown");
        shut_down_ = true;
        limit_ = 0;
        getters_.wake_all(nullptr);
        putters_.wake_all(nullptr);
        if (immediate) {
            std::size_t const dropped = items_.size();
            items_.clear();
            unfinished_.drop(dropped);
        }
    }

protected:
    template <class... Args>
    explicit queue_core(std::size_t maxsize, Args&&... for_items)
        : items_(std::forward<Args>(for_items)...),
          limit_(maxsize == 0 ? std::numeric_limits<std::size_t>::max() : maxsize),
          maxsize_(maxsize) {}
    ~queue_core() = default;

private:
    friend queue_put_awaiter<queue_core>;
    friend queue_get_awaiter<queue_core>;

    // The path of most items: to be inlined. What comes after a suspension is not worth it.
    [[gnu::noinline]] bool try_put_again(T&& item) { return try_put(std::move(item)); }

    /// False: there is no room, and `item` is as it was.
    [[gnu::always_inline]] bool try_put(T&& item) {
        if (!getters_.empty()) {
            static_cast<queue_get_awaiter<queue_core>*>(getters_.first())->item_.fill(std::move(item));
            getters_.wake_first(nullptr);
        } else if (items_.size() < limit_) {
            items_.push(std::move(item));
        } else {
            return false;
        }
        unfinished_.add();
        return true;
    }

    /// Of a queue that is not empty.
    T take() {
        T item = items_.pop();
        if (!putters_.empty()) [[unlikely]]
            admit();
        return item;
    }

    // The room is there: nothing is allocated. What a priority queue's comparison throws is for the task that puts.
    void admit() noexcept {
        auto& next = *static_cast<queue_put_awaiter<queue_core>*>(putters_.first());
        if constexpr (Items::compares) {
            try {
                items_.push(std::move(next.item_));
                next.accepted_ = true;
                unfinished_.add();
            } catch (...) {
                next.error_ = std::current_exception();
            }
        } else {
            items_.push(std::move(next.item_));
            next.accepted_ = true;
            unfinished_.add();
        }
        putters_.wake_first(nullptr);
    }

    Items items_;
    wait_list getters_;  // empty while there are items
    wait_list putters_;  // empty while there is room
    std::size_t limit_;  // as `maxsize_`, and 0 after `shutdown`
    std::size_t maxsize_;
    bool shut_down_ = false;
    unfinished_items unfinished_;
};

}  // namespace detail

/// Items from tasks to tasks: first in, first out. With a `maxsize` it holds its producers back; 0 is no limit. Both sides
/// are served first come first served.
///
/// Any T that moves without an exception, move-only ones too. It does not move itself. Destroyed while tasks wait for it,
/// it gives them a `usage_error`. It belongs to one loop's thread.
///
/// asyncio: `Queue`.
template <class T>
class queue : public detail::queue_core<T, detail::ring_items<T>> {
public:
    explicit queue(std::size_t maxsize = 0) : detail::queue_core<T, detail::ring_items<T>>(maxsize) {}
};

/// A queue whose newest item comes out first.
///
/// asyncio: `LifoQueue`.
template <class T>
class lifo_queue : public detail::queue_core<T, detail::stack_items<T>> {
public:
    explicit lifo_queue(std::size_t maxsize = 0) : detail::queue_core<T, detail::stack_items<T>>(maxsize) {}
};

/// A queue whose lowest item by `Before` comes out first; which of equal ones does is not said. An item that is put while a
/// task waits goes to that task, whatever comes after it.
///
/// asyncio: `PriorityQueue`.
template <class T, class Before = std::less<T>>
class priority_queue : public detail::queue_core<T, detail::heap_items<T, Before>> {
public:
    explicit priority_queue(std::size_t maxsize = 0, Before before = Before())
        : detail::queue_core<T, detail::heap_items<T, Before>>(maxsize, std::move(before)) {}
};

}  // namespace rota::inline v0
