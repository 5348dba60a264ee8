#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/owned_tasks.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/detail/watch_node.hpp>

#include <cstdint>
#include <exception>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

/// Counts the ends of several tasks: of those it owns, and of others by a node in the ring of each.
class ROTA_API gather_base : public leaf, protected owned_tasks {
public:
    bool cancel(task_state&) noexcept override;
    void each_awaited(awaited_visitor& to) const override;
    char const* waits_for() const noexcept override { return "gather"; }

protected:
    using node = watch_node<gather_base>;

    explicit gather_base(bool keeps_errors) noexcept
        : owned_tasks(&gather_base::own_child_done), keeps_errors_(keeps_errors) {}
    gather_base(gather_base&& not_awaited) noexcept
        : leaf(static_cast<leaf&&>(not_awaited)),
          owned_tasks(static_cast<owned_tasks&&>(not_awaited)),
          keeps_errors_(not_awaited.keeps_errors_) {}
    ~gather_base() = default;

    /// Room for the tasks it makes and for the nodes of all that it does not own.
    void begin(task_state& waiting, task_state** made, node* nodes) noexcept {
        owned_tasks::begin(waiting, made);
        nodes_ = nodes;
    }
    /// What is made to await a future is not cancelled with those it owns. Nobody knows of its task: an error that comes when
    /// this has left is the future's to tell.
    template <class T>
    task_state* make(coro<T>&& c, std::source_location line) {
        task_state* const child = start_task<T>(c.release(), line);
        keep(*child);
        child->set(task_error_seen);
        join(*child);
        return child;
    }
    void join(task_state& other);
    /// Whether there is no use in starting more.
    bool stopped() const noexcept { return error_ != nullptr; }
    /// Starting them failed, in a catch block: those that were started are cancelled.
    void fail_to_start() noexcept;
    /// False: there is nothing to wait for.
    bool wait() noexcept {
        if (left_ == 0) return let_others_go_first(*waiting_);
        waiting_->parked = this;
        // The task factory's hook was called for each, and may have cancelled who waits.
        if (waiting_->visible != 0) [[unlikely]]
            gather_base::cancel(*waiting_);
        return true;
    }
    /// Throws unless there are results.
    void check() {
        check_raise();
        if (error_ || cancelled_) [[unlikely]]
            raise();
    }
    void release() noexcept;

private:
    static void own_child_done(task_observer& self, task_state& child) noexcept {
        static_cast<gather_base&>(self).child_ended(child);
    }
    static void other_done(completion_waiter& waiter) noexcept {
        auto& done = static_cast<node&>(waiter);
        done.owner->child_ended(*done.task);
    }
    void child_ended(task_state& child) noexcept {
        if (child.error) [[unlikely]]
            child_failed(child);
        if (--left_ == 0) wake(*waiting_);
    }
    void child_failed(task_state& child) noexcept;
    void hand_on() noexcept override;
    void stop() noexcept;
    [[noreturn]] void raise();

    node* nodes_ = nullptr;
    std::uint32_t node_count_ = 0;
    bool keeps_errors_;
    bool cancelled_ = false;
    std::exception_ptr error_{};
};

}  // namespace rota::inline v0::detail
