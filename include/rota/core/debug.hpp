#pragma once

#include <rota/base/export.hpp>

namespace rota::inline v0 {

/// Whether the checks that cost something are on. `ROTA_DEBUG=1` in the environment turns them on in any build; they cost
/// nothing where they are off. What they find reaches the running loop's exception handler, by default standard error, as
/// `rota debug: ...`; the wrong thread is an exception.
///
/// **Slow turns:** one turn of a task or a callback that took longer than `loop::set_slow_callback_duration` allows, 100 ms
/// at first, between which of its lines, what it awaits now, and the machine's stack when that time was over. For this a
/// slow turn gets a signal, the highest real-time one that nobody has taken, which may end a `poll` or `usleep` in it early.
/// Not on a simulated engine, whose time stands still in a turn.
///
/// > rota debug: executing Task-1 took 0.251 seconds, in which nothing else could run; do long work in to_thread, or
/// > co_await yield() in between: between main.cpp:20 and its await at main.cpp:24, waits for sleep; where it was after
/// > 0.100 seconds: `addr2line -Cfipe ./a.out 0x31f0 0x4a12`
///
/// **Coroutines never awaited:** which function's, and where it was called.
///
/// > rota debug: a coroutine was never awaited: `rota::coro<> fetch(int)`, main.cpp:9; co_await it, or give it to
/// > create_task: made by Task-1, behind its awaits at main.cpp:15; made where this leads: `addr2line -Cfipe ./a.out 0x31f0`
///
/// Such a command turns the machine's addresses into functions and lines, given a program built with `-g1`.
///
/// **Wrong threads:** a `usage_error` from `call_soon`, `call_at` and what is made with them; from a task's `cancel`,
/// `uncancel`, `set_name`, `exception`, `result` and `add_done_callback`; from a future's the same and `set_result`,
/// `set_exception`; from a server's calls and those of a stream's that do not wait; from `timeout_scope.reschedule`, a
/// group's `create_task` and `cancel`, the `cancel` of what `call_later` and `call_at` gave. Sync objects belong to a
/// loop while its tasks wait for them, as asyncio's do: `lock.release`, `semaphore.release`, `event.set`,
/// `condition.notify`, `barrier.abort` and `reset`, `queue.put_nowait`, `get_nowait`, `task_done` and `shutdown` are
/// refused before anything is changed. Any other wake-up from a wrong thread is reported.
///
/// > event.set: called from a thread that is not its loop's; have the loop call it, by call_soon_threadsafe or
/// > run_coroutine_threadsafe
///
/// **Tasks that end with an error nobody awaits,** which are always reported, with where they were made.
///
/// **Where a system_error was thrown:** its `stack()`, the awaits of the task.
///
/// **Strangers:** a task suspended in another library's awaitable, which can not wake it; `adapt` can.
///
/// **Unclosed:** a stream or a server dropped without a `close`, with where it was opened; not where an error unwinds or has
/// ended the connection, and not with `stream_options::may_be_dropped`.
///
/// **Generators dropped before their end,** with the `co_yield` they were suspended at; where an error unwinds, too.
///
/// A reported place is that of the last await before it, which is what a coroutine knows of itself.
///
/// asyncio: debug mode, `PYTHONASYNCIODEBUG=1`; the durations of polls are not told, and asyncio tells no stack of a slow turn.
ROTA_API bool debug_mode() noexcept;

/// Turns it on or off for the whole program, whatever the environment says. A loop, and what is in it, keeps the mode in
/// which it was made.
///
/// asyncio: `loop.set_debug`, for one loop.
ROTA_API void set_debug_mode(bool on) noexcept;

}  // namespace rota::inline v0
