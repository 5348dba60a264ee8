// Calls of the system's resolver, on the threads that are for names.
#pragma once

#include <rota/thread/to_thread.hpp>

#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

/// As `to_thread(abandon_on_cancel, fn, args...)`: who is cancelled leaves at once, and the answer is dropped when it comes.
template <class F, class... Args>
auto look_up(F fn, Args... args) {
    using job = detached_job<F, Args...>;
    auto work = std::make_unique<job>(std::in_place, std::move(fn), std::move(args)...);
    work->of_names = true;
    return detached_thread_awaiter<F, Args...>(std::move(work));
}

}  // namespace rota::inline v0::detail
