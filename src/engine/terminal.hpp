// How the terminal at standard input behaves, and how large it is.
#pragma once

namespace rota::inline v0::detail {

/// It gives single keys, unseen, until there have been as many calls of `end_keys`, or the process exits. 0 or -errno.
int begin_keys() noexcept;
void end_keys() noexcept;

/// 0 or -errno.
int size_of_terminal(int& columns, int& lines) noexcept;

}  // namespace rota::inline v0::detail
