#pragma once

#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/task_state.hpp>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <source_location>

namespace rota::inline v0::detail {

enum class generator_state : std::uint8_t { fresh, suspended, running, over };

/// What a generator's frame knows, whatever it yields. While it is `running` its parent and task are those of the `next` or
/// `aclose` that resumed it; `suspended` is suspended at a `co_yield`.
///
/// From its first `next` to its end it is in its loop's list, which closes it if nobody else does. Its handle may be
/// dropped at any time: what is running or must still be closed outlives it.
struct generator_base : promise_base, list_node {
    scheduler* home = nullptr;       // whose list it is in
    context_map* context = nullptr;  // of who dropped it, for its closing
    void const* item = nullptr;      // null: nothing was yielded since it was resumed
    bool movable = false;            // the item is a temporary of the `co_yield`
    bool closing = false;            // the next `co_yield` to be resumed throws
    bool dropped = false;            // its handle is gone
    bool has_closer = false;         // a task of the loop is to close it, or does
    generator_state state = generator_state::fresh;

    void return_void() const noexcept {}

    /// For `next` of one that can not simply be resumed. False: it is over.
    ROTA_API bool prepare_next();
    /// For `aclose`. False: there is nothing to be done.
    ROTA_API bool prepare_close();
    /// After a resume that did not end in a `co_yield`: it is over. Its error, if any.
    ROTA_API std::exception_ptr take_end() noexcept;
    /// The handle is gone, and with it this, at once or when that is possible.
    ROTA_API void drop() noexcept;
    /// For who resumed it: the handle may have gone meanwhile.
    void drop_if_orphaned() noexcept {
        if (dropped && !has_closer) [[unlikely]]
            drop();
    }
    /// With whatever it holds; nothing is awaited.
    ROTA_API void destroy() noexcept;
    ROTA_API void leave_home() noexcept;

    /// Resumes it on behalf of `awaiting`, as `coro_awaiter` does its child. False: it has yielded or is over.
    bool go_on(promise_base& awaiting, std::source_location from) {
        task_state& of = *awaiting.task;
        awaiting.line = from;
        parent = &awaiting;
        task = &of;
        item = nullptr;
        state = generator_state::running;
        of.innermost = this;
        if (static_cast<char*>(__builtin_frame_address(0)) < hot.stack_floor) [[unlikely]] {
            hot.trampoline = this;
            return true;
        }
        frame().resume();
        if (hot.trampoline == &awaiting) {
            hot.trampoline = nullptr;
            return false;
        }
        if (!frame().done()) return true;
        of.innermost = &awaiting;
        return false;
    }
};

/// `co_yield`: the driver, or the `next` that resumed the generator from where it stands, goes on with who awaits the item.
/// A frame that is not done and leaves the trampoline nothing has suspended; here it is left the parent.
class generator_yield {
public:
    explicit generator_yield(generator_base& of) noexcept : of_(of) {}

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    void await_suspend(std::coroutine_handle<P>,
                       std::source_location line = std::source_location::current()) const noexcept {
        of_.line = line;
        of_.state = generator_state::suspended;
        of_.task->innermost = of_.parent;
        hot.trampoline = of_.parent;
    }
    void await_resume() const {
        if (of_.closing) [[unlikely]]
            throw_exit();
    }

private:
    [[noreturn]] ROTA_API static void throw_exit();

    generator_base& of_;
};

/// Closes a generator: its `co_yield` throws, and what it then awaits is shielded.
class ROTA_API generator_close_awaiter {
public:
    explicit generator_close_awaiter(generator_base& closed) noexcept : closed_(&closed) {}

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        if (!closed_->prepare_close()) return false;
        task_ = awaiting.promise().task;
        try {
            task_->enter_shield(record_);
        } catch (...) {
            task_ = nullptr;
            throw;
        }
        closed_->closing = true;
        return closed_->go_on(awaiting.promise(), line);
    }
    void await_resume();

private:
    generator_base* closed_;
    task_state* task_ = nullptr;
    shield_record record_;
};

}  // namespace rota::inline v0::detail
