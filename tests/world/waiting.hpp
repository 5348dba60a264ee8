// The outcomes that everything which waits has in common: done, cancelled before, while and as it ends, closed, time-out.
#pragma once

#include "world/outcome.hpp"

#include <rota/combine/timeout.hpp>

namespace world_kit {

/// An operation that waits until `let` has made what it waits for, and then gives that.
struct waiting {
    std::function<coro<std::string>()> ask;
    std::function<coro<>()> let;
    /// Closes what it waits on; empty where that can not be.
    std::function<coro<>()> close;
    std::string gives = "x";
};

/// Makes one, and lets `use` have it.
using waiting_use = std::function<coro<>(waiting&)>;
using waiting_subject = coro<> (*)(waiting_use);

/// Enters them all for `subject`.
void add_waiting(of& to, waiting_subject subject, scope const& where = everywhere(), bool can_be_closed = true);

}  // namespace world_kit
