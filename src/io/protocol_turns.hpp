// What is behind each transport that calls a protocol: its turns, and how it calls.
#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/sleep.hpp>
#include <rota/detail/callback_node.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace rota::inline v0::detail {

/// Counted by its handles, by itself while it is open, by each operation that is pending, and by the ready queue.
///
/// The protocol is called in turns of the loop alone: what completes between them only notes what is due. So the order of
/// the calls is that of the turns, on each engine.
class protocol_turns : public waiting_callback_node {
public:
    bool made() const noexcept { return made_; }  // connection_made was called
    bool is_closing() const noexcept { return closing_; }

    void call() final;
    void discard() noexcept final {}

protected:
    /// An operation that knows whose it is.
    template <class Owner, class Operation>
    struct owned : Operation {
        template <class... Args>
        explicit owned(Owner& of, Args&&... args) noexcept : Operation(std::forward<Args>(args)...), owner(of) {}
        Owner& owner;
    };
    // The rest are each kind's own.
    static constexpr std::uint8_t due_made = 1, due_lost = 2, due_first = 4, due_second = 8;

    /// In the context of whoever makes it.
    explicit protocol_turns(loop& home) noexcept;

    void check_thread(char const* call) const;
    /// From here on it is open, with a reference of its own.
    void open() noexcept;
    /// Has a turn, for `what` and whatever else is due then. Nothing once it is over.
    void post(std::uint8_t what) noexcept;
    virtual void take_turn(std::uint8_t what) noexcept = 0;
    /// Calls, and reports what is thrown; that is given back, too.
    template <class Protocol, class F>
    std::exception_ptr call_out(std::shared_ptr<Protocol> const& to, char const* what, F&& f) noexcept;
    /// It is over, and lets its protocol go, which may have the last handle, and its own reference.
    template <class Protocol>
    void leave(std::shared_ptr<Protocol>& calls) noexcept;

    bool made_ = false;
    bool closing_ = false;
    bool over_ = false;  // nobody is called any more

private:
    void report(char const* what, std::exception_ptr const& error) noexcept;

    std::uint8_t due_ = 0;
    bool queued_ = false;
};

template <class Protocol, class F>
std::exception_ptr protocol_turns::call_out(std::shared_ptr<Protocol> const& to, char const* what, F&& f) noexcept {
    // It may exchange the protocol, whose function is still running then.
    auto const kept = to;  // NOLINT(performance-unnecessary-copy-initialization)
    std::exception_ptr error;
    try {
        f();
    } catch (...) {
        error = std::current_exception();
        report(what, error);
    }
    return error;
}

template <class Protocol>
void protocol_turns::leave(std::shared_ptr<Protocol>& calls) noexcept {
    over_ = closing_ = true;
    due_ = 0;
    list_node::unlink();
    auto const last = std::exchange(calls, nullptr);
    drop_reference();
}

/// Attaches, and comes back when `connection_made` was called; cancelled before, `give_up` ends it.
template <class Attach, class Transport>
coro<Transport> attach_and_wait(Attach attach, void (Transport::*give_up)() const) {
    Transport of = attach();
    try {
        // Its turn comes whatever the order of turns is.
        while (!of.state().made()) co_await yield();
    } catch (...) {
        (of.*give_up)();
        throw;
    }
    co_return of;
}

}  // namespace rota::inline v0::detail
