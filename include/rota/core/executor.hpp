#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/executor_work.hpp>

#include <memory>
#include <utility>

namespace rota::inline v0 {

/// Where loops can send work that blocks: a `thread_pool`.
///
/// asyncio: `concurrent.futures.Executor`.
class executor {
public:
    executor(executor const&) = delete;
    executor& operator=(executor const&) = delete;

    /// For Rota itself.
    std::shared_ptr<detail::executor_target> const& target() const noexcept { return target_; }

protected:
    explicit executor(std::shared_ptr<detail::executor_target> of) noexcept : target_(std::move(of)) {}
    ~executor() = default;

private:
    std::shared_ptr<detail::executor_target> target_;
};

}  // namespace rota::inline v0
