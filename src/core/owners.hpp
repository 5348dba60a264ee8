// Which thread each loop of debug mode belongs to: known also to who has no more than the address of a loop that may be
// gone.
#pragma once

namespace rota::inline v0::detail {

class scheduler;

void enter_owner(scheduler const& home);
void leave_owner(scheduler const& home) noexcept;
/// False also where it is gone.
bool belongs_to_another_thread(scheduler const* home);

}  // namespace rota::inline v0::detail
