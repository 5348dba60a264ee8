#pragma once

#include <rota/base/slab.hpp>

#include <cstdint>

namespace rota::inline v0::detail {

enum class runnable_kind : std::uint8_t { none, task, callback };

/// Something whose turn will come. Its place in the queue is in itself. The first two words are those of a `slab_block`.
struct runnable {
    explicit runnable(runnable_kind which) noexcept : kind(which) {}
    runnable(runnable const&) = delete;
    runnable& operator=(runnable const&) = delete;

    runnable* next = nullptr;
    runnable_kind kind;
};

/// First in, first out.
class ready_queue {
public:
    bool empty() const noexcept { return first_ == nullptr; }
    runnable* last() const noexcept { return last_; }
    runnable* first() const noexcept { return first_; }

    void push(runnable& item) noexcept {
        item.next = nullptr;
        if (first_ == nullptr)
            first_ = &item;
        else
            last_->next = &item;
        last_ = &item;
    }

    runnable& pop() noexcept {
        runnable& item = *first_;
        first_ = item.next;
        return item;
    }

    /// Leaves the first here, and gives the others.
    ready_queue split_behind_first() noexcept {
        ready_queue others;
        others.first_ = first_->next;
        others.last_ = last_;
        first_->next = nullptr;
        last_ = first_;
        return others;
    }

    /// What was ready earlier goes before all that is here.
    void put_before(ready_queue const& earlier) noexcept {
        if (earlier.empty()) return;
        if (empty())
            last_ = earlier.last_;
        else
            earlier.last_->next = first_;
        first_ = earlier.first_;
    }

private:
    runnable* first_ = nullptr;
    runnable* last_ = nullptr;
};

}  // namespace rota::inline v0::detail
