#pragma once

#include <cstddef>
#include <string>

namespace rota::inline v0::detail {

/// Return addresses as commands that turn them into functions and lines, one for each library or program, each behind
/// `\n` and `indent`: `addr2line -Cfipe PROGRAM 0x1234 0x5678`.
std::string describe_addresses(void* const* addresses, std::size_t count, char const* indent);

}  // namespace rota::inline v0::detail
