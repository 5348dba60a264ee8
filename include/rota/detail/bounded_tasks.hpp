#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/cancel_relay.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

/// Tasks that one coroutine makes and owns, a limited number at once. The coroutine waits for room before each, and at last
/// for the end of all, whatever happens.
class ROTA_API bounded_tasks : private cancel_relay {
public:
    bounded_tasks(std::size_t limit, bool keeps_errors);
    virtual ~bounded_tasks() = default;

    class room_awaiter;
    class end_awaiter;
    /// Waits until one more may be made, or none is to be.
    room_awaiter room() noexcept;
    end_awaiter all_ended() noexcept;

    template <class T>
    void start(coro<T>&& c) {
        place& at = take_place();
        at.index = started_;
        at.child = make_task(std::move(c), std::source_location());
        at.child->observer = &at;
        ++started_;
        ++running_;
        if (keeps_items_) at.child->set(task_started);
        owner_.home->adopt_lazily(*at.child);
        if (asked_) at.child->request_cancel(0);
    }
    /// Its items are gone from where they came. What is started with one begins whatever is cancelled before its first
    /// turn, and sees that in its first await.
    void keep_items() noexcept { keeps_items_ = true; }
    /// Whether there is no use in making more.
    bool stopped() const noexcept { return asked_; }
    /// In a catch block of the coroutine: the rest is cancelled.
    void fail() noexcept;
    /// Between the two a failure cancels the coroutine's own wait, for what it is to do next.
    void begin_wait_for_item() noexcept { waits_for_item_ = true; }
    void end_wait_for_item() noexcept;

protected:
    /// Throws where there are no results.
    void check();
    std::size_t started() const noexcept { return started_; }

private:
    struct place : task_observer {
        explicit place(bounded_tasks& of) noexcept : task_observer(&bounded_tasks::child_done), owner(of) {}
        bounded_tasks& owner;
        task_state* child = nullptr;
        place* next_free = nullptr;
        std::size_t index = 0;
    };

    virtual void take(task_state& child, std::size_t index) = 0;
    static void child_done(task_observer& self, task_state& child) noexcept;
    void child_ended(place& at, task_state& child) noexcept;
    void child_failed(task_state& child) noexcept;
    place& take_place();
    void each_running(awaited_visitor& to) const;
    bool has_room() const noexcept { return asked_ || running_ < limit_; }
    void cancelled() noexcept;
    void stop() noexcept;
    void hand_on() noexcept override;

    task_state& owner_;
    task_state* waiting_ = nullptr;  // the same, while it waits for room or for the end
    std::size_t limit_;
    std::size_t running_ = 0;
    std::size_t started_ = 0;
    std::uint32_t visible_before_;
    std::uint8_t level_;
    bool keeps_errors_;
    bool keeps_items_ = false;
    bool waits_for_end_ = false;
    bool waits_for_item_ = false;
    bool asked_owner_ = false;
    bool asked_ = false;  // all that run were cancelled
    bool cancelled_ = false;
    std::exception_ptr error_{};
    place* free_ = nullptr;
    std::deque<place> places_;
};

class ROTA_API bounded_tasks::room_awaiter final : public leaf {
public:
    explicit room_awaiter(bounded_tasks& of) noexcept : of_(of) {}

    bool await_ready() const noexcept { return of_.has_room() && may_finish_at_once(); }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& waiting = suspend_here(awaiting.promise(), line);
        if (waiting.visible != 0) [[unlikely]]
            return waiting.raise_at_entry();
        if (of_.has_room()) {
            wake(waiting);
        } else {
            of_.waiting_ = &waiting;
            waiting.parked = this;
        }
        return true;
    }
    void await_resume() const { check_raise(); }

    bool cancel(task_state&) noexcept override {
        of_.waiting_ = nullptr;
        return true;
    }
    void each_awaited(awaited_visitor& to) const override { of_.each_running(to); }
    char const* waits_for() const noexcept override { return "room for one more"; }

private:
    bounded_tasks& of_;
};

class ROTA_API bounded_tasks::end_awaiter final : public leaf {
public:
    explicit end_awaiter(bounded_tasks& of) noexcept : of_(of) {}

    bool await_ready() const noexcept { return of_.running_ == 0; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting,
                       std::source_location line = std::source_location::current()) noexcept {
        task_state& waiting = suspend_here(awaiting.promise(), line);
        if (waiting.visible != 0 && !of_.asked_) of_.cancelled();
        of_.waits_for_end_ = true;
        of_.waiting_ = &waiting;
        waiting.parked = this;
        return true;
    }
    void await_resume() const noexcept {}

    bool cancel(task_state&) noexcept override {
        of_.cancelled();
        return false;
    }
    void each_awaited(awaited_visitor& to) const override { of_.each_running(to); }
    char const* waits_for() const noexcept override { return "the end of all"; }

private:
    bounded_tasks& of_;
};

inline bounded_tasks::room_awaiter bounded_tasks::room() noexcept { return room_awaiter(*this); }
inline bounded_tasks::end_awaiter bounded_tasks::all_ended() noexcept { return end_awaiter(*this); }

}  // namespace rota::inline v0::detail
