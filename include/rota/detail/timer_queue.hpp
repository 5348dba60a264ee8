#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/detail/leaf.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace rota::inline v0::detail {

/// The links of a timer, and by themselves the head of a wheel's slot.
struct timer_link {
    timer_link* previous = nullptr;
    timer_link* next = nullptr;
};

/// Something with a deadline. Armed, it must stay where it is; whoever destroys it disarms it first.
class timer_node : public leaf, private timer_link {
public:
    clock::time_point when() const noexcept { return when_; }
    bool armed() const noexcept { return next != nullptr; }

protected:
    timer_node() = default;
    timer_node(timer_node&& unarmed) noexcept : leaf(static_cast<leaf&&>(unarmed)), when_(unarmed.when_) {}
    explicit timer_node(clock::time_point when) noexcept : when_(when) {}
    ~timer_node() = default;
    // While unarmed its owner may keep another time in it, as a sleep keeps its delay.
    void set_when(clock::time_point when) noexcept { when_ = when; }

private:
    friend class timer_queue;

    clock::time_point when_{};
};

/// The armed timers of a loop, told apart by how soon they are due.
///
/// Most timers are time-outs that are cancelled long before they fire, so arming and disarming must cost a few stores
/// however many there are: a wheel of 6 levels of 64 slots, a slot of the lowest level a tick of 2^20 ns wide, does that,
/// but knows no order within a slot. What is due next must come in exact order, and first in, first out where deadlines
/// are equal: so the slot whose tick has come, and the lowest level's next one when the loop asks how long it may sleep, is
/// poured into a small heap ordered by deadline and number. A timer armed for a tick that has come goes to the heap at once.
///
/// A level's slots hold what differs from the present tick first in that level's six bits; when the present reaches a
/// slot of a higher level, its timers are dealt out again below (in their order, so order within a slot is kept).
class ROTA_API timer_queue {
public:
    timer_queue();
    timer_queue(timer_queue const&) = delete;
    timer_queue& operator=(timer_queue const&) = delete;

    /// Puts `timer` in for `when` (which `never` is not). Throws `std::bad_alloc` where the heap can not grow.
    void arm(timer_node& timer, clock::time_point when);
    void disarm(timer_node& timer) noexcept;

    /// Fires, in order, all that is due at `now`.
    void advance(clock::time_point now) noexcept;

    /// No timer fires before this; `never` where none is armed. It may be earlier than the next timer, when the wheel has
    /// to be turned on the way.
    clock::time_point next_wake() noexcept;

    bool empty() const noexcept { return armed_ == 0; }

private:
    static constexpr unsigned levels = 6;
    static constexpr unsigned slots = 64;
    static constexpr unsigned tick_shift = 20;

    struct entry {
        std::int64_t when;
        std::uint64_t number;
        timer_node* timer;
        bool before(entry const& other) const noexcept {
            return when != other.when ? when < other.when : number < other.number;
        }
    };
    struct place {
        unsigned level;
        unsigned slot;
        std::int64_t start;  // the slot's first tick; -1: no slot is occupied
    };

    static std::int64_t ticks(clock::time_point when) noexcept { return when.time_since_epoch().count() >> tick_shift; }
    place next_slot() noexcept;
    void put_in_wheel(timer_node& timer) noexcept;
    bool pour_into_heap(place where) noexcept;
    void deal_out(place where) noexcept;
    bool fire_due(std::int64_t now) noexcept;  // whether any fired
    void heap_push(timer_node& timer);
    void heap_remove(std::size_t index) noexcept;
    void heap_set(std::size_t index, entry const& item) noexcept;
    void sift_up(std::size_t index, entry const& item) noexcept;
    void sift_down(std::size_t index, entry const& item) noexcept;

    std::int64_t present_ = 0;  // the tick up to which slots have been poured
    std::uint64_t numbers_ = 0;
    std::size_t armed_ = 0;
    std::vector<entry> heap_;
    std::array<std::uint64_t, levels> occupied_{};  // a set bit may be stale: disarming does not look its slot up
    std::array<std::array<timer_link, slots>, levels> wheel_;
};

}  // namespace rota::inline v0::detail
