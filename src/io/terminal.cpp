#include <rota/io/terminal.hpp>

#include <rota/base/error.hpp>
#include "engine/terminal.hpp"

namespace rota::inline v0 {

terminal_keys::terminal_keys() {
    if (int const result = detail::begin_keys(); result < 0)
        detail::throw_system_error(-result, "read keys from", "the standard input");
}

terminal_keys::~terminal_keys() { detail::end_keys(); }

terminal_size get_terminal_size() {
    terminal_size size;
    if (int const result = detail::size_of_terminal(size.columns, size.lines); result < 0)
        detail::throw_system_error(-result, "ask for the size of", "the standard input");
    return size;
}

}  // namespace rota::inline v0
