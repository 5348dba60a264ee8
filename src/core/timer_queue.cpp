#include <rota/detail/timer_queue.hpp>

#include <algorithm>
#include <bit>

namespace rota::inline v0::detail {

// A timer in the heap has `next` point to itself and keeps its index in place of `previous`.
namespace {
void store_index(timer_link& link, std::size_t index) noexcept {
    link.previous = reinterpret_cast<timer_link*>(static_cast<std::uintptr_t>(index));
}
std::size_t load_index(timer_link const& link) noexcept {
    return static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(link.previous));
}
void unlink(timer_link& link) noexcept {
    link.previous->next = link.next;
    link.next->previous = link.previous;
    link.previous = link.next = nullptr;
}
}  // namespace

timer_queue::timer_queue() {
    heap_.reserve(64);  // so that even without memory timers fire, a few at a time
    for (auto& level : wheel_)
        for (auto& head : level) head.previous = head.next = &head;
}

void timer_queue::arm(timer_node& timer, clock::time_point when) {
    timer.when_ = when;
    if (ticks(when) <= present_)
        heap_push(timer);
    else
        put_in_wheel(timer);
    ++armed_;
}

void timer_queue::disarm(timer_node& timer) noexcept {
    timer_link& link = timer;
    if (link.next == &link) {
        heap_remove(load_index(link));
        link.previous = link.next = nullptr;
    } else {
        unlink(link);
    }
    --armed_;
}

void timer_queue::put_in_wheel(timer_node& timer) noexcept {
    auto const tick = ticks(timer.when_);
    auto const differs = static_cast<std::uint64_t>(tick ^ present_) | 1U;
    unsigned level = (63U - static_cast<unsigned>(std::countl_zero(differs))) / 6U;
    auto slot = static_cast<unsigned>(tick >> (6 * level)) & 63U;
    if (level >= levels) {
        // More than two years away: wait in the last slot of this turn or, from there, in the first of the next one, and be
        // dealt out again. No later one will do: the turn may be that of the timer.
        level = levels - 1;
        slot = (static_cast<std::uint64_t>(present_) >> (6 * level) & 63U) == 63U ? 0 : 63;
    }
    timer_link& head = wheel_[level][slot];
    timer_link& link = timer;
    link.next = &head;
    link.previous = head.previous;
    head.previous->next = &link;
    head.previous = &link;
    occupied_[level] |= std::uint64_t{1} << slot;
}

timer_queue::place timer_queue::next_slot() noexcept {
    for (unsigned level = 0; level < levels; ++level) {
        auto const digit = static_cast<unsigned>(present_ >> (6 * level)) & 63U;
        // The slots behind the present one of this level; at the top also those before it, a whole turn later.
        std::uint64_t later = digit == 63 ? 0 : occupied_[level] & (~std::uint64_t{0} << (digit + 1));
        for (; later != 0; later &= later - 1) {
            auto const slot = static_cast<unsigned>(std::countr_zero(later));
            timer_link const& head = wheel_[level][slot];
            if (head.next == &head) {
                occupied_[level] &= ~(std::uint64_t{1} << slot);
                continue;
            }
            auto const above = present_ >> (6 * (level + 1)) << (6 * (level + 1));
            return {level, slot, above | static_cast<std::int64_t>(slot) << (6 * level)};
        }
    }
    // Nothing ahead. What lies behind the present of the top level is there for its next turn.
    for (std::uint64_t rest = occupied_[levels - 1]; rest != 0; rest &= rest - 1) {
        auto const slot = static_cast<unsigned>(std::countr_zero(rest));
        timer_link const& head = wheel_[levels - 1][slot];
        if (head.next == &head) {
            occupied_[levels - 1] &= ~(std::uint64_t{1} << slot);
            continue;
        }
        auto const turn = (present_ >> (6 * levels)) + 1;
        return {levels - 1, slot, turn << (6 * levels) | static_cast<std::int64_t>(slot) << (6 * (levels - 1))};
    }
    return {0, 0, -1};
}

// False where the heap could not grow: the slot's rest stays where it is.
bool timer_queue::pour_into_heap(place where) noexcept {
    timer_link& head = wheel_[where.level][where.slot];
    while (head.next != &head) {
        auto& timer = static_cast<timer_node&>(*head.next);
        unlink(timer);
        try {
            heap_push(timer);
        } catch (...) {
            timer_link& link = timer;
            link.previous = &head;
            link.next = head.next;
            head.next->previous = &link;
            head.next = &link;
            return false;
        }
    }
    occupied_[where.level] &= ~(std::uint64_t{1} << where.slot);
    return true;
}

void timer_queue::deal_out(place where) noexcept {
    timer_link& head = wheel_[where.level][where.slot];
    occupied_[where.level] &= ~(std::uint64_t{1} << where.slot);
    timer_link mine;
    if (head.next == &head) return;
    mine.next = head.next;
    mine.previous = head.previous;
    mine.next->previous = mine.previous->next = &mine;
    head.previous = head.next = &head;
    while (mine.next != &mine) {
        auto& timer = static_cast<timer_node&>(*mine.next);
        unlink(timer);
        // What is due in the present tick waits in the lowest level's present slot for `advance` to pour it.
        put_in_wheel(timer);
    }
}

bool timer_queue::fire_due(std::int64_t now) noexcept {
    bool fired = false;
    while (!heap_.empty() && heap_.front().when <= now) {
        timer_node& timer = *heap_.front().timer;
        heap_remove(0);
        timer_link& link = timer;
        link.previous = link.next = nullptr;
        --armed_;
        timer.fire();
        fired = true;
    }
    return fired;
}

void timer_queue::advance(clock::time_point now) noexcept {
    auto const until = ticks(now);
    auto const now_ns = now.time_since_epoch().count();
    if (armed_ == 0) {
        if (until > present_) present_ = until;
        return;
    }
    // Without memory an earlier turn may have left some of the present slot behind.
    if ((occupied_[0] >> (present_ & 63) & 1U) != 0)
        pour_into_heap({0, static_cast<unsigned>(present_) & 63U, present_});
    for (;;) {
        place const next = present_ < until ? next_slot() : place{0, 0, -1};
        if (next.start < 0 || next.start > until) {
            present_ = std::max(present_, until);
            fire_due(now_ns);
            return;
        }
        // Slot by slot: the heap would grow to all that is overdue, and `next_wake` may have poured a slot ahead of its time.
        // What fires may change which slot is next.
        if (fire_due((next.start << tick_shift) - 1)) continue;
        present_ = next.start;
        if (next.level > 0) deal_out(next);
        place const due{0, static_cast<unsigned>(present_) & 63U, present_};
        while (!pour_into_heap(due))
            if (!fire_due(now_ns)) return;  // no memory, and nothing due yet: the next turn tries again
    }
}

clock::time_point timer_queue::next_wake() noexcept {
    if (armed_ == 0) return clock::never();
    for (;;) {
        place const next = next_slot();
        auto const start = clock::time_point(clock::duration(next.start << tick_shift));
        if (next.start < 0 || (!heap_.empty() && heap_.front().when <= start.time_since_epoch().count()))
            return heap_.empty() ? clock::never() : clock::time_point(clock::duration(heap_.front().when));
        if (next.level > 0 || !pour_into_heap(next)) return start;
    }
}

void timer_queue::heap_push(timer_node& timer) {
    heap_.push_back({});
    timer_link& link = timer;
    link.next = &link;
    sift_up(heap_.size() - 1, {timer.when_.time_since_epoch().count(), numbers_++, &timer});
}

void timer_queue::heap_set(std::size_t index, entry const& item) noexcept {
    heap_[index] = item;
    store_index(*item.timer, index);
}

void timer_queue::sift_up(std::size_t index, entry const& item) noexcept {
    while (index > 0) {
        std::size_t const parent = (index - 1) / 4;
        if (!item.before(heap_[parent])) break;
        heap_set(index, heap_[parent]);
        index = parent;
    }
    heap_set(index, item);
}

void timer_queue::sift_down(std::size_t index, entry const& item) noexcept {
    for (;;) {
        std::size_t const first = 4 * index + 1;
        if (first >= heap_.size()) break;
        std::size_t const end = std::min(first + 4, heap_.size());
        std::size_t least = first;
        for (std::size_t child = first + 1; child < end; ++child)
            if (heap_[child].before(heap_[least])) least = child;
        if (!heap_[least].before(item)) break;
        heap_set(index, heap_[least]);
        index = least;
    }
    heap_set(index, item);
}

void timer_queue::heap_remove(std::size_t index) noexcept {
    entry const moved = heap_.back();
    heap_.pop_back();
    if (index == heap_.size()) return;
    if (index > 0 && moved.before(heap_[(index - 1) / 4]))
        sift_up(index, moved);
    else
        sift_down(index, moved);
}

}  // namespace rota::inline v0::detail
