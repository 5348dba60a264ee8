#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/channel_core.hpp>

#include <cstddef>
#include <exception>
#include <optional>
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
