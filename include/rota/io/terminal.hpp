#pragma once

#include <rota/base/export.hpp>

namespace rota::inline v0 {

/// While there is one, the terminal at the standard input brings each key as it is pressed, and does not show it, instead of
/// whole lines. With the last one it is again as it was, and so it is where the process ends by `exit`. Ctrl-C and Ctrl-Z
/// stay signals. A process that is killed leaves it so; `stty sane` helps.
///
///     rota::terminal_keys const keys;
///     auto input = rota::open_stdin();
///     auto const key = co_await input.read_some();  // "y", or "\x1b[A" for the arrow up
///
/// It blocks for as long as a call of the terminal does; any thread may have one.
///
/// Errors: `system_error` where the standard input is no terminal (`ENOTTY`).
/// asyncio: has nothing like it; `tty.setcbreak`.
class ROTA_API terminal_keys {
public:
    terminal_keys();
    terminal_keys(terminal_keys const&) = delete;
    terminal_keys& operator=(terminal_keys const&) = delete;
    ~terminal_keys();
};

/// How many characters a terminal shows.
///
/// asyncio: has nothing like it; `os.terminal_size`.
struct terminal_size {
    int columns = 0;
    int lines = 0;
};

/// How large the terminal at the standard input is now. SIGWINCH tells that this has changed.
///
/// Errors: `system_error` where there is none (`ENOTTY`).
/// asyncio: has nothing like it; `os.get_terminal_size`.
ROTA_API terminal_size get_terminal_size();

}  // namespace rota::inline v0
