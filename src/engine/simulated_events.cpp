#include "simulated_events.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace rota::inline v0::simulation {
namespace {

/// For the standard heap algorithms, which keep the greatest in front.
bool later(event const& a, event const& b) noexcept {
    if (a.due != b.due) return a.due > b.due;
    if (a.tie != b.tie) return a.tie > b.tie;
    return a.sequence > b.sequence;
}

}  // namespace

bool event_queue::reserve(std::size_t count) noexcept {
    if (count <= heap_.capacity()) return true;
    try {
        heap_.reserve(std::max(count, heap_.capacity() * 2));
    } catch (std::bad_alloc const&) {
        return false;
    }
    return true;
}

bool event_queue::reserve_operation() noexcept {
    if (!reserve(operations_ + arrivals_ + 1)) return false;
    ++operations_;
    return true;
}

void event_queue::insert(event&& made) noexcept {
    heap_.push_back(std::move(made));
    std::push_heap(heap_.begin(), heap_.end(), later);
}

void event_queue::push(operation& op, clock::duration delay) noexcept {
    insert(event{now_ + delay, choices_.tie(), ++sequence_, &op, nullptr, 0});
}

void event_queue::pull(operation& op, clock::duration delay) noexcept {
    auto const found = std::find_if(heap_.begin(), heap_.end(), [&](event const& e) { return e.op == &op; });
    if (found == heap_.end() || found->due <= now_ + delay) return;
    found->due = now_ + delay;
    // A heap's beginning is a heap too, so sifting up its last element mends the whole.
    std::push_heap(heap_.begin(), found + 1, later);
}

bool event_queue::push_arrival(std::shared_ptr<connection> const& at, std::uint8_t end,
                               clock::time_point due) noexcept {
    if (!reserve(operations_ + arrivals_ + 1)) return false;
    ++arrivals_;
    insert(event{due, choices_.tie(), ++sequence_, nullptr, at, end});
    return true;
}

bool event_queue::push_arrival(std::shared_ptr<datagram const> const& message, clock::time_point due) noexcept {
    if (!reserve(operations_ + arrivals_ + 1)) return false;
    ++arrivals_;
    insert(event{due, choices_.tie(), ++sequence_, nullptr, nullptr, 0, message});
    return true;
}

event event_queue::pop() noexcept {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    event next = std::move(heap_.back());
    heap_.pop_back();
    if (next.arriving || next.message) --arrivals_;
    return next;
}

}  // namespace rota::inline v0::simulation
