#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/cancel_relay.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <cstdint>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

/// The tasks that one await makes. It owns them: as their observer it counts their ends, and `relay()` cancels them all.
class ROTA_API owned_tasks : public task_observer, protected cancel_relay {
protected:
    explicit owned_tasks(function when_one_ends) noexcept : task_observer(when_one_ends) {}
    owned_tasks(owned_tasks&& not_awaited) noexcept
        : task_observer(not_awaited), cancel_relay(static_cast<cancel_relay&&>(not_awaited)) {}
    ~owned_tasks() = default;

    /// Room for as many as will be made.
    void begin(task_state& waiting, task_state** made) noexcept {
        waiting_ = &waiting;
        made_ = made;
    }
    template <class T>
    task_state* own(coro<T>&& c, std::source_location line) {
        task_state* const child = make_task(std::move(c), line);
        keep(*child);
        child->observer = this;
        ++left_;
        waiting_->home->adopt_lazily(*child);
        return child;
    }
    /// Holds a task that somebody else's observer or nobody's watches.
    void keep(task_state& made) noexcept { made_[made_count_++] = &made; }
    bool owns(task_state const& child) const noexcept { return child.observer == this; }
    /// Shows `to` those that have not ended.
    void each_owned(awaited_visitor& to) const;
    void hand_on() noexcept override;
    void release() noexcept;

    task_state* waiting_ = nullptr;
    std::uint32_t left_ = 0;  // to wait for

private:
    std::uint32_t made_count_ = 0;
    task_state** made_ = nullptr;
};

}  // namespace rota::inline v0::detail
