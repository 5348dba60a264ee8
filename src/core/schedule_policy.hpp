// Random orders of the ready queue.
#pragma once

#include <rota/core/schedule.hpp>
#include <rota/detail/ready_queue.hpp>

#include <cstdint>
#include <memory>

namespace rota::inline v0::detail {

class schedule_policy {
public:
    schedule_policy() = default;
    schedule_policy(schedule_policy const&) = delete;
    schedule_policy& operator=(schedule_policy const&) = delete;
    virtual ~schedule_policy() = default;

    /// Leaves in `ready`, which is not empty, what is to run in the coming turn, in its order, and gives the rest.
    virtual ready_queue arrange(ready_queue& ready) = 0;
};

/// Null: first in, first out. `seed` is for where `wanted` has none.
std::unique_ptr<schedule_policy> make_schedule_policy(schedule const& wanted, std::uint64_t seed);

}  // namespace rota::inline v0::detail
