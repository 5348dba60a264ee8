#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0::detail {

// What a queue keeps its items in. `push` may throw, and then nothing has happened; without `compares` only where it has to
// allocate. `pop` is only asked of what is not empty.

/// First in, first out: a ring that doubles when it is full, and never gives memory back.
template <class T>
class ring_items {
public:
    static constexpr bool compares = false;

    ring_items() = default;
    ring_items(ring_items const&) = delete;
    ring_items& operator=(ring_items const&) = delete;
    ~ring_items() {
        clear();
        std::allocator<T>().deallocate(slots_, capacity_);
    }

    std::size_t size() const noexcept { return size_; }

    void push(T&& item) {
        if (size_ == capacity_) [[unlikely]]
            grow();
        std::construct_at(slots_ + ((first_ + size_) & (capacity_ - 1)), std::move(item));
        ++size_;
    }

    T pop() noexcept {
        T* const slot = slots_ + first_;
        first_ = (first_ + 1) & (capacity_ - 1);
        --size_;
        T item(std::move(*slot));
        std::destroy_at(slot);
        return item;
    }

    void clear() noexcept {
        while (size_ > 0) (void)pop();
    }

    void swap(ring_items& other) noexcept {
        std::swap(slots_, other.slots_);
        std::swap(capacity_, other.capacity_);
        std::swap(first_, other.first_);
        std::swap(size_, other.size_);
    }

private:
    static constexpr std::size_t least = 4;

    [[gnu::noinline]] void grow() {
        std::size_t const wider = capacity_ == 0 ? least : capacity_ * 2;
        T* const moved = std::allocator<T>().allocate(wider);
        for (std::size_t i = 0; i < size_; ++i) {
            T* const slot = slots_ + ((first_ + i) & (capacity_ - 1));
            std::construct_at(moved + i, std::move(*slot));
            std::destroy_at(slot);
        }
        if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, capacity_);
        slots_ = moved;
        capacity_ = wider;
        first_ = 0;
    }

    T* slots_ = nullptr;
    std::size_t capacity_ = 0;  // 0 or a power of two
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

/// Last in, first out.
template <class T>
class stack_items {
public:
    static constexpr bool compares = false;

    std::size_t size() const noexcept { return items_.size(); }
    void push(T&& item) { items_.push_back(std::move(item)); }
    T pop() noexcept {
        T item(std::move(items_.back()));
        items_.pop_back();
        return item;
    }
    void clear() noexcept {
        while (!items_.empty()) (void)pop();
    }

private:
    std::vector<T> items_;
};

/// The item comes first that is before all others by `Before`: a binary heap. Not the standard's functions: those lose an
/// item where the comparison throws. Here all is compared before anything is moved.
template <class T, class Before>
class heap_items {
    static_assert(
        std::is_nothrow_swappable_v<T>,
        "rota::priority_queue: items must be swappable without an exception; queue std::unique_ptr<T> instead");

public:
    static constexpr bool compares = true;

    explicit heap_items(Before before = Before()) : before_(std::move(before)) {}

    std::size_t size() const noexcept { return items_.size(); }

    void push(T&& item) {
        std::size_t place = items_.size();
        while (place > 0 && before_(item, items_[parent(place)])) place = parent(place);
        items_.push_back(std::move(item));
        for (std::size_t i = items_.size() - 1; i != place; i = parent(i)) swap_items(i, parent(i));
    }

    T pop() {
        // Where the last item belongs once the first is gone; all on the way there move up by one.
        std::size_t const last = items_.size() - 1;
        std::size_t place = 0;
        for (;;) {
            std::size_t child = 2 * place + 1;
            if (child >= last) break;
            if (child + 1 < last && before_(items_[child + 1], items_[child])) ++child;
            if (!before_(items_[child], items_[last])) break;
            place = child;
        }
        if (last > 0) {
            for (;; place = parent(place)) {
                swap_items(place, last);
                if (place == 0) break;
            }
        }
        T item(std::move(items_.back()));
        items_.pop_back();
        return item;
    }

    void clear() noexcept {
        while (!items_.empty()) items_.pop_back();
    }

private:
    static std::size_t parent(std::size_t place) noexcept { return (place - 1) / 2; }
    void swap_items(std::size_t a, std::size_t b) noexcept {
        using std::swap;
        swap(items_[a], items_[b]);
    }

    std::vector<T> items_;
    [[no_unique_address]] Before before_;
};

}  // namespace rota::inline v0::detail
