// Where things were made, in debug mode: by which task, behind which of its lines, and the machine's own stack. Kept beside
// the things, by their address, so that it costs nothing when debug mode is off. Frames of coroutines, and what else comes
// from the frame pool, are noted by themselves.
#pragma once

#include <string>

namespace rota::inline v0::detail {

/// Notes it from now on in every thread that makes a loop, and in this one at once; or no longer.
void note_makings(bool on) noexcept;

void note_making(void const* made) noexcept;
void forget_making(void const* made) noexcept;
/// `to` was made where `from` was.
void copy_making(void const* from, void const* to) noexcept;

/// Lines, each behind `\n`; empty where nothing is known.
std::string describe_making(void const* made);

}  // namespace rota::inline v0::detail
