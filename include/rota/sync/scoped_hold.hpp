#pragma once

#include <rota/base/error.hpp>
#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/detail/wait_list.hpp>

#include <utility>

namespace rota::inline v0 {

template <class Held>
class scoped_hold;

namespace detail {

/// The part of a guard that what it holds knows.
struct hold_node : list_node {
    void* held = nullptr;
};

/// The guards of an object. When it dies before them they hold nothing any more: a task that was told so by an error from
/// its await still unwinds through its guard.
class hold_list {
public:
    hold_list() = default;
    hold_list(hold_list const&) = delete;
    hold_list& operator=(hold_list const&) = delete;
    ~hold_list() {
        while (hold_node* const guard = guards_.pop_front()) guard->held = nullptr;
    }

    void add(hold_node& guard) noexcept { guards_.push_back(guard); }

private:
    intrusive_list<hold_node> guards_;
};

/// Tells the exception handler: destructors can not throw.
ROTA_API void report_released_twice(char const* what) noexcept;

/// `acquire`, with a guard for its result.
template <class Held>
class scoped_entry_awaiter final : public entry_awaiter<Held> {
public:
    using entry_awaiter<Held>::entry_awaiter;

    [[nodiscard("the guard releases what it holds when it is destroyed")]] scoped_hold<Held> await_resume() const {
        entry_awaiter<Held>::await_resume();
        return scoped_hold<Held>(this->entered());
    }
};

}  // namespace detail

/// Holds a lock or a semaphore's permit, and releases it when it is destroyed. `scoped_acquire` gives one. Move-only.
///
/// asyncio: `async with`.
template <class Held>
class [[nodiscard("the guard releases what it holds when it is destroyed")]] scoped_hold : private detail::hold_node {
public:
    /// Takes over what the caller has acquired.
    explicit scoped_hold(Held& acquired) noexcept { take(&acquired); }
    scoped_hold(scoped_hold&& other) noexcept { take(other.give_up()); }
    scoped_hold& operator=(scoped_hold&& other) noexcept {
        if (this != &other) {
            give_back();
            take(other.give_up());
        }
        return *this;
    }
    ~scoped_hold() { give_back(); }

    /// Releases it now. Throws `usage_error` where nothing is held any more.
    void release() {
        if (held == nullptr)
            detail::throw_usage_error("scoped_hold.release: it holds nothing (moved from or released)");
        give_up()->release();
    }

    /// Whether something is held: not when it was released or moved from, or when what it held was destroyed.
    explicit operator bool() const noexcept { return held != nullptr; }

private:
    void take(Held* acquired) noexcept {
        if (acquired == nullptr) return;
        held = acquired;
        acquired->holds_.add(*this);
    }
    Held* give_up() noexcept {
        if (held == nullptr) return nullptr;
        unlink();
        return static_cast<Held*>(std::exchange(held, nullptr));
    }
    void give_back() noexcept {
        Held* const acquired = give_up();
        if (acquired != nullptr && !acquired->hand_on(nullptr)) [[unlikely]]
            detail::report_released_twice(Held::wait_name);
    }
};

}  // namespace rota::inline v0
