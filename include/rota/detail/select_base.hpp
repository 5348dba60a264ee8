#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/owned_tasks.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/detail/waiter_ring.hpp>

#include <cstdint>
#include <exception>

namespace rota::inline v0::detail {

/// Waits for the first of several to finish: of tasks it owns, which it then cancels and awaits, and of tasks and futures
/// that it only watches.
class ROTA_API select_base : public leaf, protected owned_tasks {
public:
    /// Interest in the end of a task or future that somebody else owns.
    struct watch : completion_waiter {
        watch() noexcept : completion_waiter(nullptr) {}
        select_base* owner = nullptr;
        waiter_ring* ring = nullptr;
        void const* what = nullptr;
    };

    using owned_tasks::own;
    void watch_end_of(task_state& task);
    void watch_end_of(waiter_ring& ring, void const* what, scheduler const* home);
    /// Whether it was the first, by the address of its state.
    bool won(void const* state) const noexcept { return winner_ == state; }

    bool cancel(task_state&) noexcept override;
    void each_awaited(awaited_visitor& to) const override;
    char const* waits_for() const noexcept override { return "select"; }

protected:
    select_base() noexcept : owned_tasks(&select_base::own_child_done) {}
    select_base(select_base&& not_awaited) noexcept
        : leaf(static_cast<leaf&&>(not_awaited)), owned_tasks(static_cast<owned_tasks&&>(not_awaited)) {}
    ~select_base() = default;

    /// `state` was done before anything was started.
    void done_already(void const* state) noexcept {
        if (winner_ == nullptr) winner_ = state;
    }
    bool decided() const noexcept { return winner_ != nullptr; }
    void begin(task_state& waiting, task_state** made, watch* watches) noexcept {
        owned_tasks::begin(waiting, made);
        watches_ = watches;
    }
    /// Starting them failed, in a catch block: those that were started are cancelled.
    void fail_to_start() noexcept;
    /// False: there is nothing to wait for.
    bool wait() noexcept {
        if (left_ == 0 && error_) return false;
        waiting_->parked = this;
        // The task factory's hook was called for each, and may have cancelled who waits.
        if (waiting_->visible != 0 && select_base::cancel(*waiting_)) [[unlikely]] {
            waiting_->set(task_raise);
            waiting_->home->make_ready(*waiting_);
        }
        return true;
    }
    /// Throws unless one of them finished.
    void check() {
        check_raise();
        if (error_ || winner_ == nullptr) [[unlikely]]
            raise();
    }
    void release() noexcept;

private:
    static void own_child_done(task_observer& self, task_state& child) noexcept {
        static_cast<select_base&>(self).child_ended(child);
    }
    static void other_done(completion_waiter& waiter) noexcept;
    void child_ended(task_state& child) noexcept;
    void stop() noexcept;
    void stop_watching() noexcept;
    [[noreturn]] void raise();

    watch* watches_ = nullptr;
    void const* winner_ = nullptr;
    std::uint32_t watch_count_ = 0;
    bool asked_ = false;  // its own tasks were cancelled
    std::exception_ptr error_{};
};

}  // namespace rota::inline v0::detail
